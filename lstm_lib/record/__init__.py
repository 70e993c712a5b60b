"""The record of a run: every number of an LSTM at every step. Everything else reads it."""

from lstm_lib.record.trace import BatchTrace, Step, Trace
from lstm_lib.record.traces import Flow, Flows, Records, Traced, Traces

__all__ = ["BatchTrace", "Flow", "Flows", "Records", "Step", "Trace", "Traced", "Traces"]
