"""The record of a run: every number of an LSTM at every step. Everything else reads it."""

from lstm_lib.record.base import BatchRecord, Record
from lstm_lib.record.trace import BatchTrace, GRUTrace, RNNTrace, Step, Trace
from lstm_lib.record.traces import Flow, Flows, Records, Traced, Traces

__all__ = ["BatchRecord", "BatchTrace", "Flow", "Flows", "GRUTrace", "RNNTrace", "Record"]
__all__ += ["Records", "Step", "Trace", "Traced", "Traces"]
