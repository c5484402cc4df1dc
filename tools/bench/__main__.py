"""`make bench`: the speed of previews and of the engines, then of `plan` and `validate` with many job files."""

from tools.bench import engines, files

if __name__ == "__main__":
    engines.main()
    files.main()
