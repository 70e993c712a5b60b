"""Training with Lightning: the modules, their data, and a Trainer that is quiet and repeatable."""

from lstm_lib.course.training.data import CompaniesData, WavesData, by_horizon, last_value
from lstm_lib.course.training.modules import LightningLSTM, LSTMByHand, Regressor, SequenceRegressor
from lstm_lib.course.training.trainer import check, load, seed, trainer
from lstm_lib.course.training.watching import Watch

__all__ = [
    "CompaniesData",
    "LSTMByHand",
    "LightningLSTM",
    "Regressor",
    "SequenceRegressor",
    "Watch",
    "WavesData",
    "by_horizon",
    "check",
    "last_value",
    "load",
    "seed",
    "trainer",
]
