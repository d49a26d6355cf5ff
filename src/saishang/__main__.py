"""`python -m saishang` is the command `saishang`."""

from saishang.cli.main import run

if __name__ == "__main__":
    run()
