<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source>Looking at the pictures</source>
        <translation>Die Bilder werden angesehen</translation>
    </message>
    <message>
        <source>Listening to the sounds</source>
        <translation>Die Geräusche werden angehört</translation>
    </message>
    <message>
        <source>Looking for faces</source>
        <translation>Gesichter werden gesucht</translation>
    </message>
    <message>
        <source>Listening to what is said</source>
        <translation>Gesprochenes wird angehört</translation>
    </message>
    <message>
        <source>Reading what is written</source>
        <translation>Geschriebenes wird gelesen</translation>
    </message>
    <message>
        <source>Reading the words</source>
        <translation>Die Worte werden gelesen</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Playback</source>
        <translation>&amp;Wiedergabe</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>S&amp;core</source>
        <translation>&amp;Musik</translation>
    </message>
    <message>
        <source>&amp;Open …</source>
        <translation>Ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>&amp;Save project</source>
        <translation>Projekt &amp;speichern</translation>
    </message>
    <message>
        <source>Save project &amp;as …</source>
        <translation>Projekt speichern &amp;unter …</translation>
    </message>
    <message>
        <source>&amp;Import cuts …</source>
        <translation>Schnitte ein&amp;lesen …</translation>
    </message>
    <message>
        <source>New &amp;version of the edit …</source>
        <translation>&amp;Neue Fassung des Schnitts …</translation>
    </message>
    <message>
        <source>&amp;Export …</source>
        <translation>&amp;Exportieren …</translation>
    </message>
    <message>
        <source>&amp;Locate the film …</source>
        <translation>Film su&amp;chen …</translation>
    </message>
    <message>
        <source>&amp;Recover unsaved work …</source>
        <translation>Ungesicherte Arbeit &amp;wiederherstellen …</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Add boundary at playhead</source>
        <translation>&amp;Grenze am Abspielkopf setzen</translation>
    </message>
    <message>
        <source>&amp;Hit this boundary</source>
        <translation>&amp;Treffer auf dieser Grenze</translation>
    </message>
    <message>
        <source>Boundary one frame &amp;earlier</source>
        <translation>Grenze ein Bild &amp;früher</translation>
    </message>
    <message>
        <source>Boundary one frame &amp;later</source>
        <translation>Grenze ein Bild &amp;später</translation>
    </message>
    <message>
        <source>Ten frames earlier</source>
        <translation>Zehn Bilder früher</translation>
    </message>
    <message>
        <source>Ten frames later</source>
        <translation>Zehn Bilder später</translation>
    </message>
    <message>
        <source>&amp;Choose all boundaries</source>
        <translation>A&amp;lle Grenzen wählen</translation>
    </message>
    <message>
        <source>Choose one more segment before</source>
        <translation>Einen Abschnitt davor dazuwählen</translation>
    </message>
    <message>
        <source>Choose one more segment after</source>
        <translation>Einen Abschnitt danach dazuwählen</translation>
    </message>
    <message>
        <source>&amp;Snapping</source>
        <translation>E&amp;inrasten</translation>
    </message>
    <message>
        <source>&amp;Merge segments</source>
        <translation>Abschnitte &amp;verbinden</translation>
    </message>
    <message>
        <source>&amp;Keep the music of this segment (lock)</source>
        <translation>Musik dieses Abschnitts be&amp;halten (sperren)</translation>
    </message>
    <message>
        <source>Emotion as &amp;detected</source>
        <translation>Stimmung wie er&amp;kannt</translation>
    </message>
    <message>
        <source>Range &amp;in at playhead</source>
        <translation>Bereich beginnt am &amp;Abspielkopf</translation>
    </message>
    <message>
        <source>Range of the chosen se&amp;gments</source>
        <translation>Bereich der gewählten Abs&amp;chnitte</translation>
    </message>
    <message>
        <source>Remove &amp;boundary</source>
        <translation>Grenze &amp;entfernen</translation>
    </message>
    <message>
        <source>&amp;No music in this segment (tacet)</source>
        <translation>Keine M&amp;usik in diesem Abschnitt (tacet)</translation>
    </message>
    <message>
        <source>No music in the range</source>
        <translation>Keine Musik im &amp;Bereich</translation>
    </message>
    <message>
        <source>Clear the range</source>
        <translation>Bereich aufheben</translation>
    </message>
    <message>
        <source>&amp;Preferences …</source>
        <translation>Ei&amp;nstellungen …</translation>
    </message>
    <message>
        <source>M&amp;odels …</source>
        <translation>M&amp;odelle …</translation>
    </message>
    <message>
        <source>Show the &amp;whole film</source>
        <translation>&amp;Ganzen Film zeigen</translation>
    </message>
    <message>
        <source>Show the range or the chosen &amp;segments</source>
        <translation>Bereich oder gewählte &amp;Abschnitte zeigen</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>Ve&amp;rgrößern</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>Ver&amp;kleinern</translation>
    </message>
    <message>
        <source>&amp;Follow the playhead</source>
        <translation>Dem Abspielkopf &amp;folgen</translation>
    </message>
    <message>
        <source>&amp;Mixer</source>
        <translation>&amp;Mischpult</translation>
    </message>
    <message>
        <source>Fi&amp;gures of playing</source>
        <translation>Zahl&amp;en zur Wiedergabe</translation>
    </message>
    <message>
        <source>Go to the &amp;timeline</source>
        <translation>Zur &amp;Zeitleiste</translation>
    </message>
    <message>
        <source>Go to the &amp;circumplex</source>
        <translation>Zum &amp;Stimmungskreis</translation>
    </message>
    <message>
        <source>Go to the ta&amp;kes</source>
        <translation>Zu den &amp;Takes</translation>
    </message>
    <message>
        <source>Go to the &amp;history</source>
        <translation>Zum &amp;Verlauf</translation>
    </message>
    <message>
        <source>&amp;Background work and memory</source>
        <translation>&amp;Hintergrundarbeit und Speicher</translation>
    </message>
    <message>
        <source>&amp;Usual layout</source>
        <translation>&amp;Übliche Anordnung</translation>
    </message>
    <message>
        <source>&amp;Play / stop</source>
        <translation>&amp;Abspielen / anhalten</translation>
    </message>
    <message>
        <source>Play the &amp;range or segment</source>
        <translation>&amp;Bereich oder Abschnitt abspielen</translation>
    </message>
    <message>
        <source>&amp;Loop the range or the film</source>
        <translation>Bereich oder Film in &amp;Schleife</translation>
    </message>
    <message>
        <source>&amp;Click on the beats</source>
        <translation>&amp;Klick auf den Schlägen</translation>
    </message>
    <message>
        <source>Strea&amp;mer before hits</source>
        <translation>Strea&amp;mer vor Treffern</translation>
    </message>
    <message>
        <source>Play back&amp;wards, faster each time</source>
        <translation>&amp;Rückwärts, mit jedem Mal schneller</translation>
    </message>
    <message>
        <source>S&amp;top</source>
        <translation>A&amp;nhalten</translation>
    </message>
    <message>
        <source>Play f&amp;orwards, faster each time</source>
        <translation>&amp;Vorwärts, mit jedem Mal schneller</translation>
    </message>
    <message>
        <source>Pre&amp;vious boundary</source>
        <translation>V&amp;orige Grenze</translation>
    </message>
    <message>
        <source>One frame &amp;back</source>
        <translation>Ein Bild &amp;zurück</translation>
    </message>
    <message>
        <source>One frame &amp;forward</source>
        <translation>Ein Bild &amp;weiter</translation>
    </message>
    <message>
        <source>&amp;Next boundary</source>
        <translation>N&amp;ächste Grenze</translation>
    </message>
    <message>
        <source>One second back</source>
        <translation>Eine Sekunde zurück</translation>
    </message>
    <message>
        <source>One second forward</source>
        <translation>Eine Sekunde weiter</translation>
    </message>
    <message>
        <source>To the &amp;start</source>
        <translation>Zum An&amp;fang</translation>
    </message>
    <message>
        <source>To the &amp;end</source>
        <translation>Zum &amp;Ende</translation>
    </message>
    <message>
        <source>&amp;Go to a timecode …</source>
        <translation>Zu einem &amp;Timecode …</translation>
    </message>
    <message>
        <source>&amp;Generate</source>
        <translation>&amp;Komponieren</translation>
    </message>
    <message>
        <source>Generate a &amp;new take</source>
        <translation>&amp;Neuen Take komponieren</translation>
    </message>
    <message>
        <source>Write this &amp;segment anew</source>
        <translation>Diesen &amp;Abschnitt neu schreiben</translation>
    </message>
    <message>
        <source>Write the &amp;range anew</source>
        <translation>Den Be&amp;reich neu schreiben</translation>
    </message>
    <message>
        <source>&amp;Fix this hit</source>
        <translation>Diesen Treffer &amp;verbessern</translation>
    </message>
    <message>
        <source>Hear the &amp;other take (A / B)</source>
        <translation>Den an&amp;deren Take hören (A / B)</translation>
    </message>
    <message>
        <source>&amp;Instruments of this take …</source>
        <translation>&amp;Instrumente dieses Takes …</translation>
    </message>
    <message>
        <source>Release &amp;memory</source>
        <translation>&amp;Speicher freigeben</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>A&amp;bbrechen</translation>
    </message>
    <message>
        <source>&amp;User guide</source>
        <translation>&amp;Handbuch</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts …</source>
        <translation>&amp;Tastenkürzel …</translation>
    </message>
    <message>
        <source>&amp;About and licences</source>
        <translation>Ü&amp;ber und Lizenzen</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Music for video, composed on your own machine. Nothing leaves it.</source>
        <translation>Musik für Filme, auf dem eigenen Rechner komponiert. Nichts verlässt ihn.</translation>
    </message>
    <message>
        <source>This program</source>
        <translation>Dieses Programm</translation>
    </message>
    <message>
        <source>The composer that comes with it</source>
        <translation>Der mitgelieferte Komponist</translation>
    </message>
    <message>
        <source>Trained on music in the public domain and under free licences alone; its model card, docs/models/composer-open.md, names every source.</source>
        <translation>Gelernt hat er nur aus gemeinfreier und frei lizenzierter Musik; seine Beschreibung, docs/models/composer-open.md, nennt jede Quelle.</translation>
    </message>
    <message>
        <source>It stands on the work of others</source>
        <translation>Es steht auf der Arbeit anderer</translation>
    </message>
    <message>
        <source>About EMSYNC Desktop</source>
        <translation>Über EMSYNC Desktop</translation>
    </message>
    <message>
        <source>Version {number}</source>
        <translation>Version {number}</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>Lizenzen</translation>
    </message>
    <message>
        <source>Licence in full</source>
        <translation>Lizenz im Wortlaut</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>hits {landed}/{hits}</source>
        <translation>Treffer {landed}/{hits}</translation>
    </message>
    <message>
        <source>{ensemble} · seed {seed}</source>
        <translation>{ensemble} · Startwert {seed}</translation>
    </message>
    <message>
        <source>Generate stale parts ({count})</source>
        <translation>Veraltete Teile komponieren ({count})</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation>Komponieren</translation>
    </message>
    <message>
        <source>Generate all but locked</source>
        <translation>Alles außer Gesperrtem komponieren</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Aussehen</translation>
    </message>
    <message>
        <source>Saving</source>
        <translation>Sichern</translation>
    </message>
    <message>
        <source>Composer</source>
        <translation>Komponist</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netzwerk</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>System follows the setting of your desktop.</source>
        <translation>„System“ folgt der Einstellung des Schreibtischs.</translation>
    </message>
    <message>
        <source>System</source>
        <translation>System</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Counts from the next start.</source>
        <translation>Gilt ab dem nächsten Start.</translation>
    </message>
    <message>
        <source>Hints on the way to the first take</source>
        <translation>Hinweise auf dem Weg zum ersten Take</translation>
    </message>
    <message>
        <source>A few words beside what can be done next; each is said once.</source>
        <translation>Ein paar Worte neben dem nächsten Schritt; jedes wird einmal gesagt.</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>Vorschau</translation>
    </message>
    <message>
        <source>Sound while the playhead is moved</source>
        <translation>Ton, während der Abspielkopf bewegt wird</translation>
    </message>
    <message>
        <source>Dragging the playhead and going frame by frame is heard, in short pieces.</source>
        <translation>Ziehen am Abspielkopf und Gehen von Bild zu Bild ist zu hören, in kurzen Stücken.</translation>
    </message>
    <message>
        <source>Keep unsaved work</source>
        <translation>Ungesicherte Arbeit aufheben</translation>
    </message>
    <message>
        <source>Changes are kept aside until they are saved, in case the program ends.</source>
        <translation>Änderungen werden beiseitegelegt, bis sie gespeichert sind, falls das Programm endet.</translation>
    </message>
    <message>
        <source>Every</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>How long after a change it is kept at the latest.</source>
        <translation>Wie lange nach einer Änderung sie spätestens beiseitegelegt wird.</translation>
    </message>
    <message>
        <source>seconds</source>
        <translation>Sekunden</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Where the composer works; Automatic takes a graphics card if there is one.</source>
        <translation>Wo der Komponist rechnet; „Automatisch“ nimmt eine Grafikkarte, wenn es eine gibt.</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Processor (CPU)</source>
        <translation>Prozessor (CPU)</translation>
    </message>
    <message>
        <source>NVIDIA graphics (CUDA)</source>
        <translation>NVIDIA-Grafik (CUDA)</translation>
    </message>
    <message>
        <source>Apple graphics (MPS)</source>
        <translation>Apple-Grafik (MPS)</translation>
    </message>
    <message>
        <source>Folder of models</source>
        <translation>Ordner der Modelle</translation>
    </message>
    <message>
        <source>Where models and imported weights lie; empty for the usual place.</source>
        <translation>Wo Modelle und eingelesene Gewichte liegen; leer für den üblichen Ort.</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Offline</translation>
    </message>
    <message>
        <source>Nothing is downloaded; the window refuses every connection to the network.</source>
        <translation>Nichts wird heruntergeladen; das Fenster verweigert jede Verbindung zum Netz.</translation>
    </message>
    <message>
        <source>Split here</source>
        <translation>Hier teilen</translation>
    </message>
    <message>
        <source>tacet</source>
        <translation>tacet</translation>
    </message>
    <message>
        <source>missed</source>
        <translation>verfehlt</translation>
    </message>
    <message>
        <source>0 f</source>
        <translation>0 B</translation>
    </message>
    <message>
        <source>{frames} f</source>
        <translation>{frames} B</translation>
    </message>
    <message>
        <source>anger</source>
        <translation>Wut</translation>
    </message>
    <message>
        <source>disgust</source>
        <translation>Ekel</translation>
    </message>
    <message>
        <source>fear</source>
        <translation>Angst</translation>
    </message>
    <message>
        <source>joy</source>
        <translation>Freude</translation>
    </message>
    <message>
        <source>sadness</source>
        <translation>Trauer</translation>
    </message>
    <message>
        <source>surprise</source>
        <translation>Überraschung</translation>
    </message>
    <message>
        <source>calm</source>
        <translation>ruhig</translation>
    </message>
    <message>
        <source>neutral</source>
        <translation>neutral</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Segments</source>
        <translation>Abschnitte</translation>
    </message>
    <message>
        <source>Emotion</source>
        <translation>Stimmung</translation>
    </message>
    <message>
        <source>valence, arousal</source>
        <translation>Valenz, Erregung</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>sound of the film</source>
        <translation>Ton des Films</translation>
    </message>
    <message>
        <source>Strings</source>
        <translation>Streicher</translation>
    </message>
    <message>
        <source>Piano</source>
        <translation>Klavier</translation>
    </message>
    <message>
        <source>Guitar</source>
        <translation>Gitarre</translation>
    </message>
    <message>
        <source>Bass</source>
        <translation>Bass</translation>
    </message>
    <message>
        <source>Drums</source>
        <translation>Schlagzeug</translation>
    </message>
    <message>
        <source>Hits</source>
        <translation>Treffer</translation>
    </message>
    <message>
        <source>{count} boundaries</source>
        <translation>{count} Grenzen</translation>
    </message>
    <message>
        <source>valence</source>
        <translation>Valenz</translation>
    </message>
    <message>
        <source>arousal</source>
        <translation>Erregung</translation>
    </message>
    <message>
        <source>val</source>
        <translation>Val</translation>
    </message>
    <message>
        <source>aro</source>
        <translation>Err</translation>
    </message>
    <message>
        <source>Click to move the playhead; drag with Shift to mark a range</source>
        <translation>Klick bewegt den Abspielkopf; Ziehen mit Umschalt wählt einen Bereich</translation>
    </message>
    <message>
        <source>{where}: boundary, no hit</source>
        <translation>{where}: Grenze, kein Treffer</translation>
    </message>
    <message>
        <source>{where}: hit, no music for it yet</source>
        <translation>{where}: Treffer, noch ohne Musik</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>genau</translation>
    </message>
    <message>
        <source>near</source>
        <translation>nahe</translation>
    </message>
    <message>
        <source>no music (tacet)</source>
        <translation>keine Musik (tacet)</translation>
    </message>
    <message>
        <source>locked: its music stays as it is</source>
        <translation>gesperrt: die Musik bleibt, wie sie ist</translation>
    </message>
    <message>
        <source>changed since its music was written</source>
        <translation>seit dem Schreiben der Musik geändert</translation>
    </message>
    <message>
        <source>confidence {value:.2f}</source>
        <translation>Sicherheit {value:.2f}</translation>
    </message>
    <message>
        <source>valence {valence:+.2f}, arousal {arousal:+.2f}</source>
        <translation>Valenz {valence:+.2f}, Erregung {arousal:+.2f}</translation>
    </message>
    <message>
        <source>Drag up or down to change the {axis} of the segment</source>
        <translation>Nach oben oder unten ziehen ändert die {axis} des Abschnitts</translation>
    </message>
    <message>
        <source>Drag to choose several; double-click to split</source>
        <translation>Ziehen wählt mehrere; Doppelklick teilt</translation>
    </message>
    <message>
        <source>What the composer gets; thin lines are what was read in the film</source>
        <translation>Was der Komponist bekommt; dünne Linien sind, was im Film erkannt wurde</translation>
    </message>
    <message>
        <source>How the music lands, in frames; double-click a mark to ask for a hit or not</source>
        <translation>Wie die Musik trifft, in Bildern; Doppelklick auf eine Marke verlangt einen Treffer oder nicht</translation>
    </message>
    <message>
        <source>The sound of the film</source>
        <translation>Der Ton des Films</translation>
    </message>
    <message>
        <source>{family}: higher notes lie higher, louder ones are brighter</source>
        <translation>{family}: höhere Töne liegen höher, lautere sind heller</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>Reading the film</source>
        <translation>Der Film wird gelesen</translation>
    </message>
    <message>
        <source>Finding the cuts</source>
        <translation>Schnitte werden gesucht</translation>
    </message>
    <message>
        <source>Reading the emotion</source>
        <translation>Die Stimmung wird gelesen</translation>
    </message>
    <message>
        <source>Comparing the edits</source>
        <translation>Die Fassungen werden verglichen</translation>
    </message>
    <message>
        <source>Waking the composer</source>
        <translation>Der Komponist wacht auf</translation>
    </message>
    <message>
        <source>Composing</source>
        <translation>Es wird komponiert</translation>
    </message>
    <message>
        <source>The last attempt was not good enough: composing again</source>
        <translation>Der letzte Versuch war nicht gut genug: es wird noch einmal komponiert</translation>
    </message>
    <message>
        <source>Playing the score</source>
        <translation>Die Musik wird gespielt</translation>
    </message>
    <message>
        <source>Mixing</source>
        <translation>Es wird gemischt</translation>
    </message>
    <message>
        <source>Setting the level</source>
        <translation>Der Pegel wird eingestellt</translation>
    </message>
    <message>
        <source>Finding the range</source>
        <translation>Der Bereich wird gesucht</translation>
    </message>
    <message>
        <source>Reading the film&apos;s sound</source>
        <translation>Der Ton des Films wird gelesen</translation>
    </message>
    <message>
        <source>Making room for speech</source>
        <translation>Für Sprache wird Platz gemacht</translation>
    </message>
    <message>
        <source>Writing the film</source>
        <translation>Der Film wird geschrieben</translation>
    </message>
    <message>
        <source>Writing the hand-off folder</source>
        <translation>Der Ordner zur Übergabe wird geschrieben</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>Wird vorbereitet</translation>
    </message>
    <message>
        <source>The whole film is tacet, so there is no music.</source>
        <translation>Der ganze Film ist tacet, also gibt es keine Musik.</translation>
    </message>
    <message>
        <source>A take without hits is ready.</source>
        <translation>Ein Take ohne Treffer ist fertig.</translation>
    </message>
    <message>
        <source>The take is ready: of {hits} hits {exact} exact, {near} near, {missed} missed.</source>
        <translation>Der Take ist fertig: von {hits} Treffern {exact} genau, {near} nahe, {missed} verfehlt.</translation>
    </message>
    <message>
        <source>{tonic} major</source>
        <translation>{tonic}-Dur</translation>
    </message>
    <message>
        <source>{tonic} minor</source>
        <translation>{tonic}-Moll</translation>
    </message>
    <message>
        <source>{bpm:g} bpm</source>
        <translation>{bpm:g} bpm</translation>
    </message>
    <message>
        <source>The picture copied, with the music in its sound.</source>
        <translation>Das Bild kopiert, mit der Musik im Ton.</translation>
    </message>
    <message>
        <source>Film</source>
        <translation>Film</translation>
    </message>
    <message>
        <source>Music as WAV</source>
        <translation>Musik als WAV</translation>
    </message>
    <message>
        <source>48 kHz, 24 bits, with the film&apos;s start timecode.</source>
        <translation>48 kHz, 24 Bit, mit dem Timecode des Films.</translation>
    </message>
    <message>
        <source>Stems</source>
        <translation>Einzelspuren</translation>
    </message>
    <message>
        <source>A WAV for each family; they add up to the music.</source>
        <translation>Eine WAV-Datei je Familie; zusammen ergeben sie die Musik.</translation>
    </message>
    <message>
        <source>Music as FLAC</source>
        <translation>Musik als FLAC</translation>
    </message>
    <message>
        <source>The same samples in about half the room.</source>
        <translation>Dieselben Werte in etwa halb so viel Platz.</translation>
    </message>
    <message>
        <source>MIDI</source>
        <translation>MIDI</translation>
    </message>
    <message>
        <source>The notes, with the tempo map and markers.</source>
        <translation>Die Noten, mit Tempo und Marken.</translation>
    </message>
    <message>
        <source>MIDI, one tempo</source>
        <translation>MIDI, ein Tempo</translation>
    </message>
    <message>
        <source>The same seconds under one tempo.</source>
        <translation>Dieselben Sekunden in einem einzigen Tempo.</translation>
    </message>
    <message>
        <source>Hit report</source>
        <translation>Trefferbericht</translation>
    </message>
    <message>
        <source>Where the music lands, as a table and a page.</source>
        <translation>Wo die Musik landet, als Tabelle und als Seite.</translation>
    </message>
    <message>
        <source>Hand-off folder</source>
        <translation>Ordner zur Übergabe</translation>
    </message>
    <message>
        <source>Mix, stems, MIDI, markers and timelines.</source>
        <translation>Mischung, Einzelspuren, MIDI, Marken und Zeitleisten.</translation>
    </message>
    <message>
        <source>keeps its music</source>
        <translation>behält seine Musik</translation>
    </message>
    <message>
        <source>moved, keeps its music</source>
        <translation>verschoben, behält seine Musik</translation>
    </message>
    <message>
        <source>changed: stale</source>
        <translation>geändert: veraltet</translation>
    </message>
    <message>
        <source>new: no music yet</source>
        <translation>neu: noch ohne Musik</translation>
    </message>
    <message>
        <source>gone</source>
        <translation>weg</translation>
    </message>
    <message>
        <source>Of {total} segments in the new edit {kept} keep their music, {changed} changed, {new} are new; {gone} of the old ones are gone.</source>
        <translation>Von {total} Abschnitten der neuen Fassung behalten {kept} ihre Musik, {changed} sind geändert, {new} neu; {gone} der alten sind weg.</translation>
    </message>
    <message>
        <source>Nothing changes: all of these cuts are boundaries already.</source>
        <translation>Nichts ändert sich: alle diese Schnitte sind schon Grenzen.</translation>
    </message>
    <message>
        <source>{total} boundaries then: {added} new, {moved} moved onto the list, {removed} removed.</source>
        <translation>Dann {total} Grenzen: {added} neu, {moved} auf die Liste verschoben, {removed} entfernt.</translation>
    </message>
    <message>
        <source>Level of {sound}</source>
        <translation>Pegel: {sound}</translation>
    </message>
    <message>
        <source>Left or right, {sound}</source>
        <translation>Links oder rechts: {sound}</translation>
    </message>
    <message>
        <source>Mute {sound}</source>
        <translation>{sound} stumm</translation>
    </message>
    <message>
        <source>Solo {sound}</source>
        <translation>{sound} solo</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>What the picture shows</source>
        <translation>Was im Bild zu sehen ist</translation>
    </message>
    <message>
        <source>What can be heard: 527 kinds of sound</source>
        <translation>Was zu hören ist: 527 Arten von Klang</translation>
    </message>
    <message>
        <source>Where faces are in the picture</source>
        <translation>Wo Gesichter im Bild sind</translation>
    </message>
    <message>
        <source>The expression of each face</source>
        <translation>Der Ausdruck jedes Gesichts</translation>
    </message>
    <message>
        <source>What is said, put into English</source>
        <translation>Was gesprochen wird, ins Englische übertragen</translation>
    </message>
    <message>
        <source>Words that are seen in the picture</source>
        <translation>Wörter, die im Bild zu lesen sind</translation>
    </message>
    <message>
        <source>Whether words are glad or sad</source>
        <translation>Ob Worte froh oder traurig sind</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fehlgeschlagen</translation>
    </message>
    <message>
        <source>Not installed</source>
        <translation>Nicht installiert</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pausiert</translation>
    </message>
    <message>
        <source>Not checked</source>
        <translation>Nicht geprüft</translation>
    </message>
    <message>
        <source>Verify it to use it</source>
        <translation>Zum Benutzen prüfen</translation>
    </message>
    <message>
        <source>Damaged</source>
        <translation>Beschädigt</translation>
    </message>
    <message>
        <source>Download it again</source>
        <translation>Noch einmal laden</translation>
    </message>
    <message>
        <source>Installed</source>
        <translation>Installiert</translation>
    </message>
    <message>
        <source>{share} there</source>
        <translation>{share} da</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>Wird geladen</translation>
    </message>
    <message>
        <source>Trying again</source>
        <translation>Neuer Versuch</translation>
    </message>
    <message>
        <source>Checking</source>
        <translation>Wird geprüft</translation>
    </message>
    <message>
        <source>Unpacking</source>
        <translation>Wird entpackt</translation>
    </message>
    <message>
        <source>Copying</source>
        <translation>Wird kopiert</translation>
    </message>
    <message>
        <source>Removing</source>
        <translation>Wird entfernt</translation>
    </message>
    <message>
        <source>Stopping …</source>
        <translation>Wird angehalten …</translation>
    </message>
    <message>
        <source>{size}/s</source>
        <translation>{size}/s</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>noch {time}</translation>
    </message>
    <message>
        <source>Range ou&amp;t at playhead</source>
        <translation>Bereich endet am Abs&amp;pielkopf</translation>
    </message>
    <message>
        <source>Read the &amp;film again</source>
        <translation>Den Fil&amp;m erneut lesen</translation>
    </message>
    <message>
        <source>waits</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>waits · takes about {time}</source>
        <translation>wartet · dauert etwa {time}</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>noch etwa {time}</translation>
    </message>
    <message>
        <source>under way</source>
        <translation>in Arbeit</translation>
    </message>
    <message>
        <source>Read the film</source>
        <translation>Film lesen</translation>
    </message>
    <message>
        <source>Read the film again</source>
        <translation>Den Film erneut lesen</translation>
    </message>
    <message>
        <source>Pictures and waveform</source>
        <translation>Bilder und Wellenform</translation>
    </message>
    <message>
        <source>A first look at the film</source>
        <translation>Erster Blick auf den Film</translation>
    </message>
    <message>
        <source>A take</source>
        <translation>Ein Take</translation>
    </message>
    <message>
        <source>{count} takes</source>
        <translation>{count} Takes</translation>
    </message>
    <message>
        <source>Parts of the take</source>
        <translation>Teile des Takes</translation>
    </message>
    <message>
        <source>A hit</source>
        <translation>Ein Treffer</translation>
    </message>
    <message>
        <source>Parts of another take</source>
        <translation>Teile eines anderen Takes</translation>
    </message>
    <message>
        <source>Play the take</source>
        <translation>Take spielen</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Export</translation>
    </message>
    <message>
        <source>Compare the edits</source>
        <translation>Schnittfassungen vergleichen</translation>
    </message>
    <message>
        <source>Find out where somebody speaks</source>
        <translation>Suchen, wo jemand spricht</translation>
    </message>
    <message>
        <source>Wake the composer</source>
        <translation>Komponisten wecken</translation>
    </message>
    <message>
        <source>Release memory</source>
        <translation>Speicher freigeben</translation>
    </message>
    <message>
        <source>Something else</source>
        <translation>Etwas anderes</translation>
    </message>
    <message>
        <source>Reading the film again</source>
        <translation>Der Film wird erneut gelesen</translation>
    </message>
    <message>
        <source>The library {library} is not installed: in a terminal, {command}.</source>
        <translation>Die Bibliothek {library} ist nicht installiert: im Terminal {command}.</translation>
    </message>
    <message>
        <source>{model} has not been checked; verify it under Edit, Models.</source>
        <translation>{model} ist ungeprüft; unter Bearbeiten, Modelle lässt es sich prüfen.</translation>
    </message>
    <message>
        <source>{model} is damaged; get it again under Edit, Models.</source>
        <translation>{model} ist beschädigt; unter Bearbeiten, Modelle lässt es sich neu holen.</translation>
    </message>
    <message>
        <source>{model} is not installed; get it under Edit, Models.</source>
        <translation>{model} ist nicht installiert; unter Bearbeiten, Modelle gibt es das Modell.</translation>
    </message>
    <message>
        <source>{model} is only partly here; go on with it under Edit, Models.</source>
        <translation>{model} ist erst zum Teil da; unter Bearbeiten, Modelle geht es weiter.</translation>
    </message>
    <message>
        <source>Emotion as detected</source>
        <translation>Stimmung wie erkannt</translation>
    </message>
    <message>
        <source> but </source>
        <translation> aber </translation>
    </message>
    <message>
        <source>uninviting pictures</source>
        <translation>abweisende Bilder</translation>
    </message>
    <message>
        <source>inviting pictures</source>
        <translation>einladende Bilder</translation>
    </message>
    <message>
        <source>calm pictures</source>
        <translation>ruhige Bilder</translation>
    </message>
    <message>
        <source>tense pictures</source>
        <translation>gespannte Bilder</translation>
    </message>
    <message>
        <source>dark</source>
        <translation>dunkel</translation>
    </message>
    <message>
        <source>bright</source>
        <translation>hell</translation>
    </message>
    <message>
        <source>pale</source>
        <translation>blass</translation>
    </message>
    <message>
        <source>vivid</source>
        <translation>farbkräftig</translation>
    </message>
    <message>
        <source>still</source>
        <translation>unbewegt</translation>
    </message>
    <message>
        <source>fast movement</source>
        <translation>schnelle Bewegung</translation>
    </message>
    <message>
        <source>long shots</source>
        <translation>lange Einstellungen</translation>
    </message>
    <message>
        <source>quick cuts</source>
        <translation>schnelle Schnitte</translation>
    </message>
    <message>
        <source>quiet</source>
        <translation>leise</translation>
    </message>
    <message>
        <source>loud</source>
        <translation>laut</translation>
    </message>
    <message>
        <source>dull sound</source>
        <translation>dumpfer Klang</translation>
    </message>
    <message>
        <source>bright sound</source>
        <translation>heller Klang</translation>
    </message>
    <message>
        <source>sparse sound</source>
        <translation>karger Klang</translation>
    </message>
    <message>
        <source>busy sound</source>
        <translation>dichter Klang</translation>
    </message>
    <message>
        <source>minor harmony</source>
        <translation>Moll</translation>
    </message>
    <message>
        <source>major harmony</source>
        <translation>Dur</translation>
    </message>
    <message>
        <source>bitter words</source>
        <translation>bittere Worte</translation>
    </message>
    <message>
        <source>glad words</source>
        <translation>frohe Worte</translation>
    </message>
    <message>
        <source>quiet words</source>
        <translation>ruhige Worte</translation>
    </message>
    <message>
        <source>heated words</source>
        <translation>hitzige Worte</translation>
    </message>
    <message>
        <source>many small signs</source>
        <translation>viele kleine Zeichen</translation>
    </message>
    <message>
        <source>nothing marked</source>
        <translation>nichts Deutliches</translation>
    </message>
    <message>
        <source>low arousal</source>
        <translation>geringe Erregung</translation>
    </message>
    <message>
        <source>medium arousal</source>
        <translation>mittlere Erregung</translation>
    </message>
    <message>
        <source>high arousal</source>
        <translation>hohe Erregung</translation>
    </message>
    <message>
        <source>negative valence</source>
        <translation>negative Valenz</translation>
    </message>
    <message>
        <source>neutral valence</source>
        <translation>neutrale Valenz</translation>
    </message>
    <message>
        <source>positive valence</source>
        <translation>positive Valenz</translation>
    </message>
</context>
<context>
    <name>Autosave</name>
    <message>
        <source>Unsaved work cannot be kept aside: {why}</source>
        <translation>Ungesicherte Arbeit kann nicht beiseitegelegt werden: {why}</translation>
    </message>
</context>
<context>
    <name>Background</name>
    <message>
        <source>card {used}</source>
        <translation>Karte {used}</translation>
    </message>
    <message>
        <source>{freed} of memory released.</source>
        <translation>{freed} Speicher freigegeben.</translation>
    </message>
    <message>
        <source>{freed} of memory and {card} on the graphics card released.</source>
        <translation>{freed} Speicher und {card} auf der Grafikkarte freigegeben.</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Dismiss</source>
        <translation>Ausblenden</translation>
    </message>
</context>
<context>
    <name>BottomBar</name>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Background work and memory</source>
        <translation>Hintergrundarbeit und Speicher</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>noch etwa {time}</translation>
    </message>
    <message>
        <source>Stopping …</source>
        <translation>Wird angehalten …</translation>
    </message>
    <message>
        <source>{count} waiting</source>
        <translation>{count} wartend</translation>
    </message>
    <message>
        <source>Background work and memory: {words}</source>
        <translation>Hintergrundarbeit und Speicher: {words}</translation>
    </message>
</context>
<context>
    <name>CircumplexWidget</name>
    <message>
        <source>Valence and arousal of the segment</source>
        <translation>Valenz und Erregung des Abschnitts</translation>
    </message>
    <message>
        <source>Left and Right change valence, Up and Down arousal; with Shift finely. Delete returns to what was read.</source>
        <translation>Links und Rechts ändern die Valenz, Auf und Ab die Erregung; mit Umschalt fein. Entf kehrt zum Erkannten zurück.</translation>
    </message>
    <message>
        <source>Drag the dot to where the music should feel. The ring is what was read in the film, the dashed ellipse how sure that is; coloured ellipses are where people put each emotion. The line is the film&apos;s path through all its segments.</source>
        <translation>Ziehen Sie den Punkt dorthin, wo sich die Musik anfühlen soll. Der Ring ist, was im Film erkannt wurde, die gestrichelte Ellipse, wie sicher das ist; farbige Ellipsen sind, wohin Menschen jede Stimmung setzen. Die Linie ist der Weg des Films durch alle Abschnitte.</translation>
    </message>
    <message>
        <source>aroused</source>
        <translation>erregt</translation>
    </message>
    <message>
        <source>quiet</source>
        <translation>ruhig</translation>
    </message>
    <message>
        <source>unpleasant</source>
        <translation>unangenehm</translation>
    </message>
    <message>
        <source>pleasant</source>
        <translation>angenehm</translation>
    </message>
</context>
<context>
    <name>ConfirmDownload</name>
    <message>
        <source>Download a model</source>
        <translation>Ein Modell laden</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Laden</translation>
    </message>
    <message>
        <source>Download {model}?</source>
        <translation>{model} laden?</translation>
    </message>
    <message>
        <source>{size}, {share} of it there</source>
        <translation>{size}, davon {share} da</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>To</source>
        <translation>Nach</translation>
    </message>
    <message>
        <source>Checksum</source>
        <translation>Prüfsumme</translation>
    </message>
    <message>
        <source>SHA-256 known, checked before use</source>
        <translation>SHA-256 bekannt, wird vor dem Benutzen geprüft</translation>
    </message>
    <message>
        <source>SHA-256 known, checked before use; that of {files} is recorded at the first download</source>
        <translation>SHA-256 bekannt, wird vor dem Benutzen geprüft; die von {files} wird beim ersten Laden festgehalten</translation>
    </message>
    <message>
        <source>The disk has {free} free, and {needed} are needed. Make room, or choose another folder of models in the preferences.</source>
        <translation>Auf der Festplatte sind {free} frei, gebraucht werden {needed}. Schaffen Sie Platz, oder wählen Sie in den Einstellungen einen anderen Ordner der Modelle.</translation>
    </message>
</context>
<context>
    <name>ConformDialog</name>
    <message>
        <source>New version of the edit</source>
        <translation>Neue Fassung des Schnitts</translation>
    </message>
    <message>
        <source>Take it on</source>
        <translation>Übernehmen</translation>
    </message>
    <message>
        <source>Leave everything as it is</source>
        <translation>Alles lassen, wie es ist</translation>
    </message>
    <message>
        <source>What was matched</source>
        <translation>Was zugeordnet wurde</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Jetzt</translation>
    </message>
    <message>
        <source>Was</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>Moved by</source>
        <translation>Verschoben um</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
</context>
<context>
    <name>Console</name>
    <message>
        <source>Change the room for speech</source>
        <translation>Raum für Sprache ändern</translation>
    </message>
    <message>
        <source>Pictures {shown}, dropped {dropped}</source>
        <translation>Bilder {shown}, ausgelassen {dropped}</translation>
    </message>
    <message>
        <source>Sound underruns {count}</source>
        <translation>Aussetzer im Ton {count}</translation>
    </message>
    <message>
        <source>Picture after sound {median:.0f} ms, 95 % within {high:.0f} ms</source>
        <translation>Bild nach Ton {median:.0f} ms, 95 % innerhalb von {high:.0f} ms</translation>
    </message>
</context>
<context>
    <name>CutsDialog</name>
    <message>
        <source>Import cuts</source>
        <translation>Schnitte einlesen</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>Einlesen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>&amp;Replace detected cuts with those of the list</source>
        <translation>Erkannte Schnitte durch die der Liste &amp;ersetzen</translation>
    </message>
    <message>
        <source>&amp;Merge: both, the list&apos;s place where two are one</source>
        <translation>&amp;Verbinden: beide, und der Ort der Liste, wo zwei eins sind</translation>
    </message>
    <message>
        <source>&amp;Add only what was not detected</source>
        <translation>Nur &amp;dazunehmen, was nicht erkannt wurde</translation>
    </message>
    <message>
        <source> frames</source>
        <translation> Bilder</translation>
    </message>
    <message>
        <source>How far apart two cuts may be that are one</source>
        <translation>Wie weit zwei Schnitte auseinander sein dürfen, die einer sind</translation>
    </message>
    <message>
        <source>found by itself; or such as 01:00:00:00</source>
        <translation>wird gefunden; oder etwa 01:00:00:00</translation>
    </message>
    <message>
        <source>Timecode of the film&apos;s first picture in the list</source>
        <translation>Timecode des ersten Filmbilds in der Liste</translation>
    </message>
    <message>
        <source>Two cuts are one within</source>
        <translation>Zwei Schnitte sind einer innerhalb von</translation>
    </message>
    <message>
        <source>The film begins in the list at</source>
        <translation>Der Film beginnt in der Liste bei</translation>
    </message>
    <message>
        <source>{what}: {cuts} cuts, {mixed} of them fades and dissolves.</source>
        <translation>{what}: {cuts} Schnitte, davon {mixed} Blenden.</translation>
    </message>
</context>
<context>
    <name>DistributionBars</name>
    <message>
        <source>Emotions read from the picture</source>
        <translation>Im Bild erkannte Stimmungen</translation>
    </message>
</context>
<context>
    <name>DuckingFields</name>
    <message>
        <source>Softer music while somebody speaks</source>
        <translation>Leisere Musik, während jemand spricht</translation>
    </message>
    <message>
        <source>Depth</source>
        <translation>Tiefe</translation>
    </message>
    <message>
        <source>Attack</source>
        <translation>Einsetzen</translation>
    </message>
    <message>
        <source>Release</source>
        <translation>Loslassen</translation>
    </message>
    <message>
        <source>by</source>
        <translation>um</translation>
    </message>
    <message>
        <source>down in</source>
        <translation>leiser in</translation>
    </message>
    <message>
        <source>up in</source>
        <translation>lauter in</translation>
    </message>
</context>
<context>
    <name>Editor</name>
    <message>
        <source>Silence range</source>
        <translation>Bereich verstummen</translation>
    </message>
    <message>
        <source>Split at the range</source>
        <translation>Am Bereich geteilt</translation>
    </message>
    <message>
        <source>Move boundary</source>
        <translation>Grenze bewegen</translation>
    </message>
    <message>
        <source>Move boundaries</source>
        <translation>Grenzen bewegen</translation>
    </message>
    <message>
        <source>Add boundary</source>
        <translation>Grenze setzen</translation>
    </message>
    <message>
        <source>Remove boundary</source>
        <translation>Grenze entfernen</translation>
    </message>
    <message>
        <source>Remove boundaries</source>
        <translation>Grenzen entfernen</translation>
    </message>
    <message>
        <source>Merge segments</source>
        <translation>Abschnitte verbinden</translation>
    </message>
    <message>
        <source>Set hit</source>
        <translation>Treffer setzen</translation>
    </message>
    <message>
        <source>Remove hit</source>
        <translation>Treffer aufheben</translation>
    </message>
    <message>
        <source>Change strength</source>
        <translation>Stärke ändern</translation>
    </message>
    <message>
        <source>Choose hits</source>
        <translation>Treffer wählen</translation>
    </message>
    <message>
        <source>Silence segment</source>
        <translation>Abschnitt verstummen</translation>
    </message>
    <message>
        <source>Play segment</source>
        <translation>Abschnitt spielen</translation>
    </message>
    <message>
        <source>Lock segment</source>
        <translation>Abschnitt sperren</translation>
    </message>
    <message>
        <source>Unlock segment</source>
        <translation>Abschnitt freigeben</translation>
    </message>
    <message>
        <source>Change level</source>
        <translation>Lautstärke ändern</translation>
    </message>
    <message>
        <source>valence</source>
        <translation>Valenz</translation>
    </message>
    <message>
        <source>arousal</source>
        <translation>Erregung</translation>
    </message>
    <message>
        <source>Segment {number}</source>
        <translation>Abschnitt {number}</translation>
    </message>
    <message>
        <source>{count} segments</source>
        <translation>{count} Abschnitte</translation>
    </message>
    <message>
        <source>Emotion of {count} segments</source>
        <translation>Stimmung von {count} Abschnitten</translation>
    </message>
    <message>
        <source>Emotion of segment {number}</source>
        <translation>Stimmung von Abschnitt {number}</translation>
    </message>
</context>
<context>
    <name>EmotionReading</name>
    <message>
        <source>READ FROM THE FILM</source>
        <translation>IM FILM ERKANNT</translation>
    </message>
    <message>
        <source>Read from light, colour, movement and loudness; the story is not understood.</source>
        <translation>Erkannt an Licht, Farbe, Bewegung und Lautstärke; die Geschichte wird nicht verstanden.</translation>
    </message>
    <message>
        <source>AT THE CHOSEN POINT</source>
        <translation>AM GEWÄHLTEN PUNKT</translation>
    </message>
    <message>
        <source>The thin marks are what was read from the film.</source>
        <translation>Die dünnen Marken sind, was im Film erkannt wurde.</translation>
    </message>
    <message>
        <source>confidence {value:.2f}</source>
        <translation>Sicherheit {value:.2f}</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export</source>
        <translation>Export</translation>
    </message>
    <message>
        <source>NAME AND FOLDER</source>
        <translation>NAME UND ORDNER</translation>
    </message>
    <message>
        <source>Name of the results, without an ending</source>
        <translation>Name der Ergebnisse, ohne Endung</translation>
    </message>
    <message>
        <source>Choose …</source>
        <translation>Wählen …</translation>
    </message>
    <message>
        <source>Choose the folder</source>
        <translation>Den Ordner wählen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Progress of the export</source>
        <translation>Fortschritt des Exports</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Im Ordner zeigen</translation>
    </message>
    <message>
        <source>Export more</source>
        <translation>Mehr exportieren</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Export into</source>
        <translation>Exportieren nach</translation>
    </message>
    <message>
        <source>Your own choice.</source>
        <translation>Ihre eigene Wahl.</translation>
    </message>
    <message>
        <source>{name} is there already.</source>
        <translation>{name} gibt es schon.</translation>
    </message>
    <message>
        <source>{count} of these are there already.</source>
        <translation>{count} davon gibt es schon.</translation>
    </message>
    <message>
        <source>Replace and export</source>
        <translation>Ersetzen und exportieren</translation>
    </message>
    <message>
        <source>Stopping …</source>
        <translation>Wird angehalten …</translation>
    </message>
    <message>
        <source>{names} written.</source>
        <translation>{names} geschrieben.</translation>
    </message>
    <message>
        <source>Cancelled; nothing was written.</source>
        <translation>Abgebrochen; nichts wurde geschrieben.</translation>
    </message>
</context>
<context>
    <name>ExportOptions</name>
    <message>
        <source>Music</source>
        <translation>Musik</translation>
    </message>
    <message>
        <source>Sound coded as</source>
        <translation>Ton kodiert als</translation>
    </message>
    <message>
        <source>Range</source>
        <translation>Bereich</translation>
    </message>
    <message>
        <source>FILM AND LEVEL</source>
        <translation>FILM UND PEGEL</translation>
    </message>
    <message>
        <source>Music alone</source>
        <translation>Musik allein</translation>
    </message>
    <message>
        <source>its own level</source>
        <translation>ihr eigener Pegel</translation>
    </message>
    <message>
        <source>Film&apos;s sound</source>
        <translation>Ton des Films</translation>
    </message>
    <message>
        <source>True peak at most</source>
        <translation>True Peak höchstens</translation>
    </message>
    <message>
        <source>ROOM FOR SPEECH</source>
        <translation>RAUM FÜR SPRACHE</translation>
    </message>
    <message>
        <source>WHAT</source>
        <translation>WAS</translation>
    </message>
    <message>
        <source>under the original sound</source>
        <translation>unter dem Originalton</translation>
    </message>
    <message>
        <source>beside it, as a second track</source>
        <translation>daneben, als zweite Spur</translation>
    </message>
    <message>
        <source>instead of it</source>
        <translation>statt dessen</translation>
    </message>
    <message>
        <source>as usual in the container</source>
        <translation>wie im Container üblich</translation>
    </message>
    <message>
        <source>PCM, uncompressed</source>
        <translation>PCM, unkomprimiert</translation>
    </message>
    <message>
        <source>the whole film</source>
        <translation>der ganze Film</translation>
    </message>
    <message>
        <source>video sites</source>
        <translation>Videoseiten</translation>
    </message>
    <message>
        <source>podcasts</source>
        <translation>Podcasts</translation>
    </message>
</context>
<context>
    <name>FilmPage</name>
    <message>
        <source>Segment {number} of {count}, {emotion}, {start} to {end}</source>
        <translation>Abschnitt {number} von {count}, {emotion}, {start} bis {end}</translation>
    </message>
</context>
<context>
    <name>Generating</name>
    <message>
        <source>Stale parts</source>
        <translation>Veraltete Teile</translation>
    </message>
    <message>
        <source>{count} segments anew</source>
        <translation>{count} Abschnitte neu</translation>
    </message>
    <message>
        <source>Segment {number} anew</source>
        <translation>Abschnitt {number} neu</translation>
    </message>
    <message>
        <source>The range anew</source>
        <translation>Bereich neu</translation>
    </message>
    <message>
        <source>What is chosen is locked or silent; there is nothing to write.</source>
        <translation>Das Gewählte ist gesperrt oder stumm; es gibt nichts zu schreiben.</translation>
    </message>
    <message>
        <source>Hit at {where}</source>
        <translation>Treffer bei {where}</translation>
    </message>
    <message>
        <source>Parts of another take</source>
        <translation>Teile eines anderen Takes</translation>
    </message>
    <message>
        <source>{count} takes</source>
        <translation>{count} Takes</translation>
    </message>
    <message>
        <source>A take</source>
        <translation>Ein Take</translation>
    </message>
    <message>
        <source>Every segment is locked or silent; there is nothing to write.</source>
        <translation>Jeder Abschnitt ist gesperrt oder stumm; es gibt nichts zu schreiben.</translation>
    </message>
</context>
<context>
    <name>GuideWindow</name>
    <message>
        <source>User guide</source>
        <translation>Handbuch</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>The guide is missing from this installation: {path}</source>
        <translation>Das Handbuch fehlt in dieser Installation: {path}</translation>
    </message>
</context>
<context>
    <name>HintBar</name>
    <message>
        <source>Got it</source>
        <translation>Verstanden</translation>
    </message>
    <message>
        <source>No more hints</source>
        <translation>Keine Hinweise mehr</translation>
    </message>
    <message>
        <source>This is what was read. Shape it, or generate at once.</source>
        <translation>Das wurde erkannt. Formen Sie es, oder komponieren Sie gleich.</translation>
    </message>
    <message>
        <source>Squares below are hits: the music will land on them; double-click one to let it go. Drag a boundary where a cut was missed, drag the dot on the circumplex where the mood is wrong. Then press Generate.</source>
        <translation>Die Quadrate unten sind Treffer: dort wird die Musik landen; ein Doppelklick lässt einen los. Ziehen Sie eine Grenze, wo ein Schnitt fehlt, und den Punkt im Stimmungskreis, wo die Stimmung nicht passt. Dann: Komponieren.</translation>
    </message>
    <message>
        <source>Your first take. Space plays it with the picture.</source>
        <translation>Ihr erster Take. Die Leertaste spielt ihn mit dem Bild.</translation>
    </message>
    <message>
        <source>Green triangles land on the very frame. Lock segments that you like; Generate writes another take around them, and Ctrl+B compares the two.</source>
        <translation>Grüne Dreiecke landen genau auf dem Bild. Sperren Sie Abschnitte, die Ihnen gefallen; „Komponieren“ schreibt einen anderen Take um sie herum, und Strg+B vergleicht beide.</translation>
    </message>
    <message>
        <source>What you changed is now stale; nothing else is.</source>
        <translation>Was Sie geändert haben, ist nun veraltet; sonst nichts.</translation>
    </message>
    <message>
        <source>Faint notes under the orange line belong to the old timing or mood. Generate writes these parts anew and keeps every other note.</source>
        <translation>Blasse Noten unter der orangen Linie gehören zur alten Zeit oder Stimmung. „Komponieren“ schreibt diese Teile neu und behält jede andere Note.</translation>
    </message>
</context>
<context>
    <name>HistoryList</name>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
</context>
<context>
    <name>HistoryModel</name>
    <message>
        <source>Go back, or forth, to this step</source>
        <translation>Zu diesem Schritt zurück- oder vorgehen</translation>
    </message>
    <message>
        <source>As it was opened</source>
        <translation>Wie geöffnet</translation>
    </message>
    <message>
        <source>undone</source>
        <translation>rückgängig gemacht</translation>
    </message>
    <message>
        <source>done</source>
        <translation>getan</translation>
    </message>
</context>
<context>
    <name>HitTable</name>
    <message>
        <source>Hits</source>
        <translation>Treffer</translation>
    </message>
    <message>
        <source>no music for it yet</source>
        <translation>noch ohne Musik</translation>
    </message>
    <message>
        <source>Play around it</source>
        <translation>Drumherum abspielen</translation>
    </message>
    <message>
        <source>Write what leads to it anew</source>
        <translation>Den Weg dorthin neu schreiben</translation>
    </message>
</context>
<context>
    <name>HitsPage</name>
    <message>
        <source>Strength of the boundary</source>
        <translation>Stärke der Grenze</translation>
    </message>
    <message>
        <source>How strong the chosen boundary counts when hits are chosen; at first as strong as the cut was found to be.</source>
        <translation>Wie viel die gewählte Grenze zählt, wenn Treffer gewählt werden; zuerst so viel, wie der Schnitt stark war.</translation>
    </message>
    <message>
        <source> s apart</source>
        <translation> s Abstand</translation>
    </message>
    <message>
        <source>Least time between hits</source>
        <translation>Kleinste Zeit zwischen Treffern</translation>
    </message>
    <message>
        <source>Music needs time between hits; nearer than two seconds many are missed.</source>
        <translation>Musik braucht Zeit zwischen Treffern; näher als zwei Sekunden werden viele verfehlt.</translation>
    </message>
    <message>
        <source>Choose hits</source>
        <translation>Treffer wählen</translation>
    </message>
    <message>
        <source>Let the strongest boundaries be hits; those that you set yourself stay.</source>
        <translation>Lässt die stärksten Grenzen Treffer sein; die Sie selbst gesetzt haben, bleiben.</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
</context>
<context>
    <name>InspectorPanel</name>
    <message>
        <source>Generate</source>
        <translation>Komponieren</translation>
    </message>
    <message>
        <source>Compose a take for the whole film</source>
        <translation>Einen Take für den ganzen Film komponieren</translation>
    </message>
    <message>
        <source>Write these parts anew; everything else keeps its notes</source>
        <translation>Diese Teile neu schreiben; alles andere behält seine Noten</translation>
    </message>
    <message>
        <source>{count} segments have changed since their music was written.</source>
        <translation>{count} Abschnitte haben sich geändert, seit ihre Musik geschrieben wurde.</translation>
    </message>
    <message>
        <source>One segment has changed since its music was written.</source>
        <translation>Ein Abschnitt hat sich geändert, seit seine Musik geschrieben wurde.</translation>
    </message>
    <message>
        <source>It waits until what is under way is done.</source>
        <translation>Es wartet, bis fertig ist, was gerade läuft.</translation>
    </message>
</context>
<context>
    <name>InstrumentsDialog</name>
    <message>
        <source>Instruments of this take</source>
        <translation>Instrumente dieses Takes</translation>
    </message>
    <message>
        <source>Another instrument plays the same notes; nothing is written anew.</source>
        <translation>Ein anderes Instrument spielt dieselben Noten; nichts wird neu geschrieben.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>Interchange</name>
    <message>
        <source>Import cuts</source>
        <translation>Schnitte einlesen</translation>
    </message>
    <message>
        <source>Cut lists</source>
        <translation>Schnittlisten</translation>
    </message>
    <message>
        <source>import cuts</source>
        <translation>Schnitte einlesen</translation>
    </message>
    <message>
        <source>New version of the edit</source>
        <translation>Neue Fassung des Schnitts</translation>
    </message>
    <message>
        <source>Films and cut lists</source>
        <translation>Filme und Schnittlisten</translation>
    </message>
    <message>
        <source>Compare with {name}</source>
        <translation>Vergleich mit {name}</translation>
    </message>
    <message>
        <source>new version of the edit</source>
        <translation>neue Fassung des Schnitts</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>Alle Dateien</translation>
    </message>
</context>
<context>
    <name>Keeping</name>
    <message>
        <source>{name} is open in another window; whoever saves last overwrites it.</source>
        <translation>{name} ist in einem anderen Fenster offen; wer zuletzt speichert, überschreibt es.</translation>
    </message>
    <message>
        <source>Save as …</source>
        <translation>Speichern unter …</translation>
    </message>
    <message>
        <source>Save over the changes of someone else?</source>
        <translation>Änderungen von anderer Seite überschreiben?</translation>
    </message>
    <message>
        <source>{name} was changed since it was opened here, by another window or program.</source>
        <translation>{name} wurde seit dem Öffnen von einem anderen Fenster oder Programm geändert.</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>There is work that was not saved when the program ended.</source>
        <translation>Es gibt Arbeit, die beim Ende des Programms nicht gespeichert war.</translation>
    </message>
    <message>
        <source>Show it</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>There is no unsaved work to recover.</source>
        <translation>Es gibt keine ungesicherte Arbeit.</translation>
    </message>
    <message>
        <source>{why} Choose an earlier version.</source>
        <translation>{why} Wählen Sie eine frühere Fassung.</translation>
    </message>
    <message>
        <source>Show them</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>The film {name} is not at {folder} any more.</source>
        <translation>Der Film {name} liegt nicht mehr in {folder}.</translation>
    </message>
    <message>
        <source>Locate it …</source>
        <translation>Suchen …</translation>
    </message>
    <message>
        <source>Where is {name}?</source>
        <translation>Wo ist {name}?</translation>
    </message>
    <message>
        <source>Videos</source>
        <translation>Videos</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>Alle Dateien</translation>
    </message>
    <message>
        <source>This is another file of the same length; cuts and emotions are those of the one before.</source>
        <translation>Das ist eine andere Datei derselben Länge; Schnitte und Stimmungen sind die der vorigen.</translation>
    </message>
    <message>
        <source>{name} is {now} long, but the project was made for {then}.</source>
        <translation>{name} ist {now} lang, aber das Projekt entstand für {then}.</translation>
    </message>
    <message>
        <source>Fit the timeline to it</source>
        <translation>Zeitleiste anpassen</translation>
    </message>
    <message>
        <source>Relink film</source>
        <translation>Film neu verknüpfen</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>{name} is saved.</source>
        <translation>{name} ist gespeichert.</translation>
    </message>
    <message>
        <source>Save as …</source>
        <translation>Speichern unter …</translation>
    </message>
    <message>
        <source>The audio device “{device}” is gone; the film plays on without sound.</source>
        <translation>Das Tongerät „{device}“ ist nicht mehr da; der Film läuft ohne Ton weiter.</translation>
    </message>
    <message>
        <source>Mixer</source>
        <translation>Mischpult</translation>
    </message>
    <message>
        <source>Open another …</source>
        <translation>Anderes öffnen …</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>Stopped. Open the video again to go on.</source>
        <translation>Angehalten. Öffnen Sie das Video noch einmal, um weiterzumachen.</translation>
    </message>
    <message>
        <source>Stopped; nothing was changed.</source>
        <translation>Angehalten; nichts wurde geändert.</translation>
    </message>
    <message>
        <source>Change the room for speech</source>
        <translation>Raum für Sprache ändern</translation>
    </message>
    <message>
        <source>EMSYNC Desktop</source>
        <translation>EMSYNC Desktop</translation>
    </message>
    <message>
        <source>no audio device: silent preview</source>
        <translation>kein Tongerät: stumme Vorschau</translation>
    </message>
    <message>
        <source>{rate:g} fps</source>
        <translation>{rate:g} B/s</translation>
    </message>
</context>
<context>
    <name>MixerWindow</name>
    <message>
        <source>Mixer</source>
        <translation>Mischpult</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>Ausgang</translation>
    </message>
    <message>
        <source>Takes equally loud when compared</source>
        <translation>Takes beim Vergleichen gleich laut</translation>
    </message>
    <message>
        <source>Music</source>
        <translation>Musik</translation>
    </message>
    <message>
        <source>LEVEL</source>
        <translation>PEGEL</translation>
    </message>
    <message>
        <source>PAN</source>
        <translation>PANORAMA</translation>
    </message>
    <message>
        <source>Reset levels</source>
        <translation>Pegel zurücksetzen</translation>
    </message>
    <message>
        <source>There is no audio device: the preview is silent.</source>
        <translation>Es gibt kein Audiogerät: Die Vorschau ist stumm.</translation>
    </message>
    <message>
        <source>The families of this take cannot be heard one by one.</source>
        <translation>Die Instrumentengruppen dieses Takes sind nicht einzeln zu hören.</translation>
    </message>
    <message>
        <source>As the system chooses ({device})</source>
        <translation>Wie vom System gewählt ({device})</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keiner</translation>
    </message>
</context>
<context>
    <name>ModelManager</name>
    <message>
        <source>{model} is installed.</source>
        <translation>{model} ist installiert.</translation>
    </message>
    <message>
        <source>Your files of {model} are used.</source>
        <translation>Ihre Dateien von {model} werden benutzt.</translation>
    </message>
    <message>
        <source>{model} was checked.</source>
        <translation>{model} wurde geprüft.</translation>
    </message>
    <message>
        <source>{model} was removed.</source>
        <translation>{model} wurde entfernt.</translation>
    </message>
    <message>
        <source>{files} is not as it was when it was installed; download it again.</source>
        <translation>{files} ist nicht mehr so wie beim Installieren; laden Sie es noch einmal.</translation>
    </message>
</context>
<context>
    <name>ModelTable</name>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Stand</translation>
    </message>
</context>
<context>
    <name>Models</name>
    <message>
        <source>Models …</source>
        <translation>Modelle …</translation>
    </message>
</context>
<context>
    <name>ModelsDialog</name>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Models of the full analysis</source>
        <translation>Modelle der vollen Analyse</translation>
    </message>
    <message>
        <source>Without them EMSYNC reads light, colour, movement and loudness; with them also what is shown, heard, said and written. Nothing is downloaded before you ask.</source>
        <translation>Ohne sie liest EMSYNC Licht, Farbe, Bewegung und Lautstärke; mit ihnen auch, was zu sehen und zu hören ist, gesprochen und geschrieben wird. Nichts wird geladen, bevor Sie es verlangen.</translation>
    </message>
    <message>
        <source>You are offline by your own choice, so nothing can be downloaded. Files that you have can be used.</source>
        <translation>Sie sind auf eigenen Wunsch offline, deshalb kann nichts geladen werden. Dateien, die Sie haben, können benutzt werden.</translation>
    </message>
    <message>
        <source>Go online</source>
        <translation>Online gehen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Stop, and throw away what has come</source>
        <translation>Anhalten und wegwerfen, was gekommen ist</translation>
    </message>
    <message>
        <source>Use a file I have …</source>
        <translation>Eigene Datei benutzen …</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>Read its files and compare their SHA-256</source>
        <translation>Seine Dateien lesen und ihre SHA-256 vergleichen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Downloads go on</source>
        <translation>Es wird weiter geladen</translation>
    </message>
    <message>
        <source>{there} of {all} installed</source>
        <translation>{there} von {all} installiert</translation>
    </message>
    <message>
        <source>{size} used</source>
        <translation>{size} belegt</translation>
    </message>
    <message>
        <source>{size} free</source>
        <translation>{size} frei</translation>
    </message>
    <message>
        <source>Revision {revision}, checked by SHA-256 before use.</source>
        <translation>Fassung {revision}, vor dem Benutzen durch SHA-256 geprüft.</translation>
    </message>
    <message>
        <source>The checksum of {files} is recorded at the first download.</source>
        <translation>Die Prüfsumme von {files} wird beim ersten Laden festgehalten.</translation>
    </message>
    <message>
        <source>You are offline by your own choice</source>
        <translation>Sie sind auf eigenen Wunsch offline</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Weiter laden</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Laden</translation>
    </message>
    <message>
        <source>Files of {model}: {files}</source>
        <translation>Dateien von {model}: {files}</translation>
    </message>
    <message>
        <source>Remove {model}?</source>
        <translation>{model} entfernen?</translation>
    </message>
    <message>
        <source>{size} are freed; it can be downloaded again.</source>
        <translation>{size} werden frei; es kann erneut geladen werden.</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>It is used once {model} is installed too.</source>
        <translation>Es wird genutzt, sobald auch {model} installiert ist.</translation>
    </message>
    <message>
        <source>The library {library}, which reads it, is not installed: in a terminal, {command}, then start EMSYNC again.</source>
        <translation>Die Bibliothek {library}, die es liest, ist nicht installiert: im Terminal {command}, dann EMSYNC neu starten.</translation>
    </message>
</context>
<context>
    <name>PictureView</name>
    <message>
        <source>Picture under the playhead</source>
        <translation>Bild unter dem Abspielkopf</translation>
    </message>
</context>
<context>
    <name>PlannedFiles</name>
    <message>
        <source>WILL BE WRITTEN</source>
        <translation>WIRD GESCHRIEBEN</translation>
    </message>
    <message>
        <source>Another folder …</source>
        <translation>Anderer Ordner …</translation>
    </message>
    <message>
        <source>looking …</source>
        <translation>wird gesucht …</translation>
    </message>
    <message>
        <source>exists</source>
        <translation>vorhanden</translation>
    </message>
    <message>
        <source>WRITTEN</source>
        <translation>GESCHRIEBEN</translation>
    </message>
    <message>
        <source>about {size}</source>
        <translation>etwa {size}</translation>
    </message>
    <message>
        <source> of {free} free</source>
        <translation> von {free} frei</translation>
    </message>
    <message>
        <source>Will be written: {names}. {total}</source>
        <translation>Wird geschrieben: {names}. {total}</translation>
    </message>
</context>
<context>
    <name>PointEditor</name>
    <message>
        <source>valence</source>
        <translation>Valenz</translation>
    </message>
    <message>
        <source>arousal</source>
        <translation>Erregung</translation>
    </message>
    <message>
        <source>Detected</source>
        <translation>Erkannt</translation>
    </message>
    <message>
        <source>↺ detected {valence:+.2f} / {arousal:+.2f}</source>
        <translation>↺ erkannt {valence:+.2f} / {arousal:+.2f}</translation>
    </message>
</context>
<context>
    <name>PreferencesDialog</name>
    <message>
        <source>Preferences</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>on</source>
        <translation>an</translation>
    </message>
    <message>
        <source>the usual place</source>
        <translation>der übliche Ort</translation>
    </message>
    <message>
        <source>Choose …</source>
        <translation>Wählen …</translation>
    </message>
    <message>
        <source>Choose {what}</source>
        <translation>{what} wählen</translation>
    </message>
</context>
<context>
    <name>PreviewPanel</name>
    <message>
        <source>Speed</source>
        <translation>Geschwindigkeit</translation>
    </message>
    <message>
        <source>Level of the original sound</source>
        <translation>Lautstärke des Originaltons</translation>
    </message>
    <message>
        <source>Level of the music</source>
        <translation>Lautstärke der Musik</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>music</source>
        <translation>Musik</translation>
    </message>
</context>
<context>
    <name>ProjectFiles</name>
    <message>
        <source>Open a video or project</source>
        <translation>Video oder Projekt öffnen</translation>
    </message>
    <message>
        <source>Videos and projects</source>
        <translation>Videos und Projekte</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>Alle Dateien</translation>
    </message>
    <message>
        <source>Save project</source>
        <translation>Projekt speichern</translation>
    </message>
    <message>
        <source>EMSYNC project</source>
        <translation>EMSYNC-Projekt</translation>
    </message>
    <message>
        <source>{name} has changes that would be lost otherwise.</source>
        <translation>{name} hat Änderungen, die sonst verloren wären.</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Don&apos;t save</source>
        <translation>Nicht speichern</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Save the changes to this project?</source>
        <translation>Die Änderungen an diesem Projekt speichern?</translation>
    </message>
</context>
<context>
    <name>RecoveryDialog</name>
    <message>
        <source>Unsaved work</source>
        <translation>Ungesicherte Arbeit</translation>
    </message>
    <message>
        <source>Open this version</source>
        <translation>Diese Fassung öffnen</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Delete all versions of this window for good</source>
        <translation>Alle Fassungen dieses Fensters endgültig löschen</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Nicht jetzt</translation>
    </message>
    <message>
        <source>They stay; File, Recover shows them again</source>
        <translation>Sie bleiben; Datei, Wiederherstellen zeigt sie wieder</translation>
    </message>
    <message>
        <source>Versions of unsaved work</source>
        <translation>Fassungen ungesicherter Arbeit</translation>
    </message>
    <message>
        <source>Kept</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>Film</source>
        <translation>Film</translation>
    </message>
    <message>
        <source>Segments</source>
        <translation>Abschnitte</translation>
    </message>
    <message>
        <source>Takes</source>
        <translation>Takes</translation>
    </message>
    <message>
        <source>Work that was not saved</source>
        <translation>Arbeit, die nicht gespeichert war</translation>
    </message>
    <message>
        <source>The program ended before these changes were saved. The latest version is chosen; the project file itself is unchanged.</source>
        <translation>Das Programm endete, bevor diese Änderungen gespeichert waren. Die neueste Fassung ist gewählt; die Projektdatei selbst ist unverändert.</translation>
    </message>
    <message>
        <source>not saved yet</source>
        <translation>noch nicht gespeichert</translation>
    </message>
</context>
<context>
    <name>Rereading</name>
    <message>
        <source>Read again</source>
        <translation>Erneut lesen</translation>
    </message>
    <message>
        <source>Read again with {count} models</source>
        <translation>Mit {count} Modellen erneut lesen</translation>
    </message>
    <message>
        <source>Read again with {model}</source>
        <translation>Mit {model} erneut lesen</translation>
    </message>
    <message>
        <source>Read the film again</source>
        <translation>Den Film erneut lesen</translation>
    </message>
    <message>
        <source>The film was read again, and reads as before.</source>
        <translation>Der Film wurde erneut gelesen, mit demselben Ergebnis.</translation>
    </message>
    <message>
        <source>The film was read again: {moved} of {count} segments came out differently.</source>
        <translation>Der Film wurde erneut gelesen: {moved} von {count} Segmenten lesen sich anders.</translation>
    </message>
    <message>
        <source>{models}: installed now, and the open film was read without.</source>
        <translation>{models}: jetzt installiert; der offene Film wurde noch ohne gelesen.</translation>
    </message>
</context>
<context>
    <name>RoomFields</name>
    <message>
        <source>The film&apos;s sound has not been listened to yet.</source>
        <translation>Der Ton des Films wurde noch nicht angehört.</translation>
    </message>
    <message>
        <source>Nobody speaks in this film, as far as can be heard.</source>
        <translation>In diesem Film spricht niemand, soweit zu hören ist.</translation>
    </message>
    <message>
        <source>Somebody speaks for {seconds:.0f} s, in {count} places.</source>
        <translation>Jemand spricht {seconds:.0f} s lang, an {count} Stellen.</translation>
    </message>
</context>
<context>
    <name>ScoreSettings</name>
    <message>
        <source>keep</source>
        <translation>behalten</translation>
    </message>
    <message>
        <source>Keep seed</source>
        <translation>Startwert behalten</translation>
    </message>
    <message>
        <source>Otherwise each new take uses the next seed.</source>
        <translation>Sonst nimmt jeder neue Take den nächsten Startwert.</translation>
    </message>
    <message>
        <source>Ensemble</source>
        <translation>Besetzung</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Tonart</translation>
    </message>
    <message>
        <source>Tempo</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>Ending</source>
        <translation>Schluss</translation>
    </message>
    <message>
        <source>Sync</source>
        <translation>Sync</translation>
    </message>
    <message>
        <source>Takes</source>
        <translation>Takes</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>What is asked for, takes, hits and history</source>
        <translation>Was gewünscht ist, Takes, Treffer und Verlauf</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>Musik</translation>
    </message>
    <message>
        <source>Hits</source>
        <translation>Treffer</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>How the music ends: a chord that rings to the last frame, a short button, a fade of three seconds, or so that it can be looped.</source>
        <translation>Wie die Musik endet: ein Akkord, der bis zum letzten Bild klingt, ein kurzer Schlag, ein Ausblenden von drei Sekunden, oder so, dass sie sich wiederholen lässt.</translation>
    </message>
    <message>
        <source>Ring out</source>
        <translation>Ausklingen</translation>
    </message>
    <message>
        <source>Button</source>
        <translation>Schlag</translation>
    </message>
    <message>
        <source>Fade</source>
        <translation>Ausblenden</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>Schleife</translation>
    </message>
    <message>
        <source> % tempo</source>
        <translation> % Tempo</translation>
    </message>
    <message>
        <source>Limit of the tempo fit</source>
        <translation>Grenze der Tempoanpassung</translation>
    </message>
    <message>
        <source>How far the tempo may bend so that chords land on the hits; 0 leaves the music as it was written.</source>
        <translation>Wie weit sich das Tempo biegen darf, damit Akkorde auf den Treffern landen; 0 lässt die Musik, wie sie geschrieben wurde.</translation>
    </message>
    <message>
        <source>Number of takes</source>
        <translation>Zahl der Takes</translation>
    </message>
    <message>
        <source>How many takes Generate writes at once; the best of them is heard, by its hits, its emotion and its form.</source>
        <translation>Wie viele Takes auf einmal geschrieben werden; der beste nach Treffern, Stimmung und Form ist zu hören.</translation>
    </message>
    <message>
        <source>Beats a minute, 40 to 220; empty leaves it to the composer.</source>
        <translation>Schläge je Minute, 40 bis 220; leer überlässt es dem Komponisten.</translation>
    </message>
    <message>
        <source>The same seed on the same timeline gives the same take.</source>
        <translation>Derselbe Startwert auf derselben Zeitleiste gibt denselben Take.</translation>
    </message>
    <message>
        <source>The key to compose in; Auto leaves it to the composer.</source>
        <translation>Die Tonart; „Auto“ überlässt sie dem Komponisten.</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>Auto</translation>
    </message>
</context>
<context>
    <name>SegmentHeader</name>
    <message>
        <source>No segment</source>
        <translation>Kein Abschnitt</translation>
    </message>
    <message>
        <source>Tacet</source>
        <translation>Tacet</translation>
    </message>
    <message>
        <source>No music in this segment</source>
        <translation>Keine Musik in diesem Abschnitt</translation>
    </message>
    <message>
        <source>Lock</source>
        <translation>Sperren</translation>
    </message>
    <message>
        <source>Keep the music of this segment as it is</source>
        <translation>Die Musik dieses Abschnitts behalten, wie sie ist</translation>
    </message>
    <message>
        <source> dB</source>
        <translation> dB</translation>
    </message>
    <message>
        <source>Level of the music in this segment</source>
        <translation>Lautstärke der Musik in diesem Abschnitt</translation>
    </message>
    <message>
        <source>How much louder or softer the music plays in this segment, -40 to +12 dB</source>
        <translation>Wie viel lauter oder leiser die Musik in diesem Abschnitt spielt, -40 bis +12 dB</translation>
    </message>
    <message>
        <source>Segment {number}</source>
        <translation>Abschnitt {number}</translation>
    </message>
    <message>
        <source>{count} segments</source>
        <translation>{count} Abschnitte</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Your settings cannot be kept: {why}</source>
        <translation>Ihre Einstellungen können nicht behalten werden: {why}</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Find an action or a key</source>
        <translation>Befehl oder Taste suchen</translation>
    </message>
    <message>
        <source>New key</source>
        <translation>Neue Taste</translation>
    </message>
    <message>
        <source>Assign</source>
        <translation>Zuweisen</translation>
    </message>
    <message>
        <source>No key</source>
        <translation>Keine Taste</translation>
    </message>
    <message>
        <source>Usual key</source>
        <translation>Übliche Taste</translation>
    </message>
    <message>
        <source>All as usual</source>
        <translation>Alle wie üblich</translation>
    </message>
    <message>
        <source>Actions and their keys</source>
        <translation>Befehle und ihre Tasten</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Taste</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Your own key</source>
        <translation>Ihre eigene Taste</translation>
    </message>
    <message>
        <source>{key} opens the menu “{menu}”; choose another key.</source>
        <translation>{key} öffnet das Menü „{menu}“; wählen Sie eine andere Taste.</translation>
    </message>
    <message>
        <source>{key} already means “{action}”. Assigned here, that has no key.</source>
        <translation>{key} bedeutet schon „{action}“. Hier zugewiesen, hat das keine mehr.</translation>
    </message>
    <message>
        <source>Its usual key now means “{action}”; give that another one first.</source>
        <translation>Die übliche Taste bedeutet jetzt „{action}“; geben Sie dem zuerst eine andere.</translation>
    </message>
</context>
<context>
    <name>Showing</name>
    <message>
        <source>{cuts} cuts found, {hits} of them chosen as hits.</source>
        <translation>{cuts} Schnitte gefunden, {hits} davon als Treffer gewählt.</translation>
    </message>
</context>
<context>
    <name>StatusChips</name>
    <message>
        <source>Offline</source>
        <translation>Offline</translation>
    </message>
    <message>
        <source>The window refuses every connection to the network</source>
        <translation>Das Fenster verweigert jede Verbindung zum Netz</translation>
    </message>
    <message>
        <source>Where the composer works</source>
        <translation>Wo der Komponist rechnet</translation>
    </message>
    <message>
        <source>Models: {words}</source>
        <translation>Modelle: {words}</translation>
    </message>
    <message>
        <source>Unsaved changes</source>
        <translation>Ungesicherte Änderungen</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>Gespeichert</translation>
    </message>
    <message>
        <source>Kept {time}</source>
        <translation>Beiseitegelegt {time}</translation>
    </message>
    <message>
        <source>Not saved yet, but kept aside: it can be recovered if the program ends.</source>
        <translation>Noch nicht gespeichert, aber beiseitegelegt: lässt sich wiederherstellen, falls das Programm endet.</translation>
    </message>
</context>
<context>
    <name>TakeEditor</name>
    <message>
        <source>New take</source>
        <translation>Neuer Take</translation>
    </message>
    <message>
        <source>{count} new takes</source>
        <translation>{count} neue Takes</translation>
    </message>
    <message>
        <source>Change instrument</source>
        <translation>Instrument ändern</translation>
    </message>
    <message>
        <source>Choose take</source>
        <translation>Take wählen</translation>
    </message>
    <message>
        <source>Star take</source>
        <translation>Take auszeichnen</translation>
    </message>
    <message>
        <source>Remove star</source>
        <translation>Stern entfernen</translation>
    </message>
    <message>
        <source>Name take</source>
        <translation>Take benennen</translation>
    </message>
    <message>
        <source>Delete take</source>
        <translation>Take löschen</translation>
    </message>
</context>
<context>
    <name>TakeList</name>
    <message>
        <source>Takes</source>
        <translation>Takes</translation>
    </message>
    <message>
        <source>starred</source>
        <translation>ausgezeichnet</translation>
    </message>
    <message>
        <source>Remove star</source>
        <translation>Stern entfernen</translation>
    </message>
    <message>
        <source>Star</source>
        <translation>Auszeichnen</translation>
    </message>
    <message>
        <source>Rename …</source>
        <translation>Umbenennen …</translation>
    </message>
    <message>
        <source>Use in the chosen segments</source>
        <translation>In den gewählten Abschnitten verwenden</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>None yet: Generate writes one.</source>
        <translation>Noch keine: „Komponieren“ schreibt einen.</translation>
    </message>
</context>
<context>
    <name>TempoField</name>
    <message>
        <source>Auto</source>
        <translation>Auto</translation>
    </message>
    <message>
        <source> bpm</source>
        <translation> bpm</translation>
    </message>
</context>
<context>
    <name>TimecodeField</name>
    <message>
        <source>Timecode of the playhead</source>
        <translation>Timecode des Abspielkopfs</translation>
    </message>
    <message>
        <source>Type where to go: 12:04 is 12 seconds and 4 frames, 1204 too; +10 is ten frames on, -1:00 a second back.</source>
        <translation>Tippen Sie, wohin: 12:04 sind 12 Sekunden und 4 Bilder, 1204 auch; +10 ist zehn Bilder weiter, -1:00 eine Sekunde zurück.</translation>
    </message>
</context>
<context>
    <name>TimelineView</name>
    <message>
        <source>Timeline</source>
        <translation>Zeitleiste</translation>
    </message>
    <message>
        <source>Left and Right move the playhead by a frame, Up and Down to the next boundary, Alt with Left or Right moves the chosen boundaries.</source>
        <translation>Links und Rechts bewegen den Abspielkopf um ein Bild, Auf und Ab zur nächsten Grenze, Alt mit Links oder Rechts bewegt die gewählten Grenzen.</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Drop a video here</source>
        <translation>Video hier ablegen</translation>
    </message>
    <message>
        <source>Its cuts are found, its mood is read, and you shape the music for it.</source>
        <translation>Seine Schnitte werden gefunden, seine Stimmung gelesen, und Sie formen die Musik dazu.</translation>
    </message>
    <message>
        <source>Open a video or project …</source>
        <translation>Video oder Projekt öffnen …</translation>
    </message>
    <message>
        <source>or look at the demo film</source>
        <translation>oder den Demofilm ansehen</translation>
    </message>
    <message>
        <source>OPENED LAST</source>
        <translation>ZULETZT GEÖFFNET</translation>
    </message>
    <message>
        <source>Open {name}</source>
        <translation>{name} öffnen</translation>
    </message>
    <message>
        <source>Look</source>
        <translation>Ansehen</translation>
    </message>
    <message>
        <source>Cuts and the emotion of
each segment are found.</source>
        <translation>Schnitte und die Stimmung
jedes Abschnitts werden gefunden.</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>Formen</translation>
    </message>
    <message>
        <source>Drag a cut, choose what to hit,
move a segment&apos;s emotion.</source>
        <translation>Einen Schnitt ziehen, Treffer wählen,
die Stimmung eines Abschnitts bewegen.</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation>Komponieren</translation>
    </message>
    <message>
        <source>A score is composed here, offline,
and shown against the cuts.</source>
        <translation>Hier wird offline komponiert,
und die Musik an den Schnitten gezeigt.</translation>
    </message>
</context>
<context>
    <name>WhatWasRead</name>
    <message>
        <source>What was read</source>
        <translation>Was erkannt wurde</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
    <message>
        <source>Read from light, colour, movement and loudness alone.</source>
        <translation>Nur an Licht, Farbe, Bewegung und Lautstärke erkannt.</translation>
    </message>
    <message>
        <source>Counted: {shares}</source>
        <translation>Gezählt haben: {shares}</translation>
    </message>
    <message>
        <source>Pictures: {what}</source>
        <translation>Bilder: {what}</translation>
    </message>
    <message>
        <source>Heard: {what}</source>
        <translation>Gehört: {what}</translation>
    </message>
    <message>
        <source>Said: “{words}”</source>
        <translation>Gesagt: „{words}“</translation>
    </message>
    <message>
        <source>Written: “{words}”</source>
        <translation>Geschrieben: „{words}“</translation>
    </message>
    <message>
        <source>Faces: none</source>
        <translation>Gesichter: keine</translation>
    </message>
    <message>
        <source>Faces: in {share:.0%} of the pictures, {what}</source>
        <translation>Gesichter: in {share:.0%} der Bilder, {what}</translation>
    </message>
    <message>
        <source>Not installed, and so not read: {names}</source>
        <translation>Nicht installiert und darum nicht gelesen: {names}</translation>
    </message>
    <message>
        <source>pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>sounds</source>
        <translation>Geräusche</translation>
    </message>
    <message>
        <source>faces</source>
        <translation>Gesichter</translation>
    </message>
    <message>
        <source>speech</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>on-screen text</source>
        <translation>Text im Bild</translation>
    </message>
    <message>
        <source>sentiment of words</source>
        <translation>Stimmung der Worte</translation>
    </message>
    <message>
        <source>light, movement, loudness</source>
        <translation>Licht, Bewegung, Lautstärke</translation>
    </message>
    <message>
        <source>Models …</source>
        <translation>Modelle …</translation>
    </message>
    <message>
        <source>What was seen, heard and read in this segment</source>
        <translation>Was in diesem Abschnitt gesehen, gehört und gelesen wurde</translation>
    </message>
    <message>
        <source>Read again</source>
        <translation>Erneut lesen</translation>
    </message>
    <message>
        <source>Read the film again with the models that are installed now</source>
        <translation>Den Film mit den jetzt installierten Modellen erneut lesen</translation>
    </message>
</context>
<context>
    <name>WorkLine</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cancel: {work}</source>
        <translation>Abbrechen: {work}</translation>
    </message>
</context>
<context>
    <name>WorkPanel</name>
    <message>
        <source>Background work and memory</source>
        <translation>Hintergrundarbeit und Speicher</translation>
    </message>
    <message>
        <source>BACKGROUND WORK</source>
        <translation>HINTERGRUNDARBEIT</translation>
    </message>
    <message>
        <source>Nothing is under way.</source>
        <translation>Nichts ist in Arbeit.</translation>
    </message>
    <message>
        <source>DEVICE AND MEMORY</source>
        <translation>GERÄT UND SPEICHER</translation>
    </message>
    <message>
        <source>Composer works on</source>
        <translation>Komponiert wird auf</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>Prozessor</translation>
    </message>
    <message>
        <source>Graphics card</source>
        <translation>Grafikkarte</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Fenster</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Rechenprozess</translation>
    </message>
    <message>
        <source>Release memory</source>
        <translation>Speicher freigeben</translation>
    </message>
    <message>
        <source>Unload the engine&apos;s models, on the graphics card too; they are read anew.</source>
        <translation>Die Modelle des Rechenprozesses entladen, auch auf der Grafikkarte; sie werden neu gelesen.</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>not started</source>
        <translation>nicht gestartet</translation>
    </message>
    <message>
        <source>models are loaded</source>
        <translation>Modelle geladen</translation>
    </message>
    <message>
        <source>no models are loaded</source>
        <translation>keine Modelle geladen</translation>
    </message>
    <message>
        <source>{used} of {total}</source>
        <translation>{used} von {total}</translation>
    </message>
</context>
<context>
    <name>_Step</name>
    <message>
        <source>saved</source>
        <translation>gespeichert</translation>
    </message>
</context>
</TS>
