"""Checks for the exercises, one module per chapter; they answer with hints."""

from lstm_lib.checks.by_hand import error_slope as error_slope
from lstm_lib.checks.by_hand import first_adam_step as first_adam_step
from lstm_lib.checks.by_hand import gate_slope as gate_slope
from lstm_lib.checks.by_hand import rate as rate
from lstm_lib.checks.by_hand import rnn_gradients as rnn_gradients
from lstm_lib.checks.one_cell import both_companies as both_companies
from lstm_lib.checks.one_cell import final_memory as final_memory
from lstm_lib.checks.one_cell import new_memory as new_memory
from lstm_lib.checks.one_cell import reset_gate as reset_gate
from lstm_lib.checks.one_cell import shown_memory as shown_memory
from lstm_lib.checks.one_gate import average as average
from lstm_lib.checks.one_gate import bias_for as bias_for
from lstm_lib.checks.one_gate import gate_value as gate_value
from lstm_lib.checks.one_gate import half_life as half_life
from lstm_lib.checks.one_gate import keep_or_forget as keep_or_forget
from lstm_lib.checks.why_memory import blind_guess as blind_guess
from lstm_lib.checks.why_memory import input_gradient as input_gradient
from lstm_lib.checks.why_memory import left_over as left_over
from lstm_lib.checks.why_memory import two_days as two_days
