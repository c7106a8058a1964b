"""Write only the page "One number": `python -m lazyrich.site one_number.html`."""

import argparse
from pathlib import Path

from lazyrich.site import one_number

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m lazyrich.site", description=__doc__)
    parser.add_argument("file", type=Path, help="the file to write; any browser opens it")
    parser.parse_args().file.write_text(one_number.page(), encoding="utf-8")
