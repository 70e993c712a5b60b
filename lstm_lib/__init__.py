"""An LSTM you can touch: the library behind the course."""

import sys

from lstm_lib._moved import OldNames
from lstm_lib._needs import Missing

__version__ = "0.1.0"

sys.meta_path.insert(0, OldNames())
sys.meta_path.append(Missing())
