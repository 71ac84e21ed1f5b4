"""python -m positivity: the command line."""

import sys

from positivity.cli.main import main

sys.exit(main())
