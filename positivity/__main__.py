"""python -m positivity: the command line."""

import sys

from positivity.cli import main

sys.exit(main())
