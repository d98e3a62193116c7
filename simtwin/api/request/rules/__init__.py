"""What the tables of shapes cannot see: rules over several fields, or over the model asked.

Their words come from the real API where a comment does not say otherwise: "seen" is found verbatim
in a public record, "recalled" is general knowledge of it, "style" is a text in its manner for a
refusal that its documentation names without words.
"""
