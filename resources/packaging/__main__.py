"""`python -m logitscope`."""

import sys

from logitscope import main

sys.exit(main())
