"""What pretrained models see, hear and read in a film: interchangeable parts, each optional.

``interface`` says what an extractor is, ``listing`` names them all and tells which can run,
``reading`` runs them on one film. Thesis, section 5.2.1.
"""
