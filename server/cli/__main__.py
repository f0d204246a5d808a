"""`python -m server.cli`: the same as the command `corridor`. Processes of ours start each other this way."""

from server.cli.main import main

if __name__ == "__main__":
    main()
