"""`python -m shouwang` is the command `shouwang`."""

from shouwang.config.cli import main

if __name__ == "__main__":
    main()
