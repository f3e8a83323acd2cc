"""``python -m emsync_engine.cli``, which ``accelerate launch -m`` can start."""

from emsync_engine.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
