"""What the twin plane answers: functions from questions to answers, listed in `table`."""
