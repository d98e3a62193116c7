"""The gateways that a twin is started with, of what the command line says."""

from __future__ import annotations

from collections.abc import Sequence

from simtwin.api.gateways.rules import RULES
from simtwin.edge.gateways.gateway import Gateway
from simtwin.edge.gateways.litellm import LiteLLM
from simtwin.edge.gateways.mintoken import Mintoken
from simtwin.edge.options import Options, OptionsError

#: Longer than any rules that somebody would send with every request.
LONGEST_RULES = 100_000


def chosen(options: Options) -> Sequence[Gateway]:
    """The gateways that the options ask for, each once.

    Raises:
        OptionsError: an option is about a gateway that is not asked for, or cannot be.
    """
    made: list[Gateway] = []
    if "litellm" in options.gateways:
        if options.litellm_master_key == "":
            raise OptionsError("--litellm-master-key: an empty key is none")
        made.append(LiteLLM(options.litellm_master_key))
    elif options.litellm_master_key is not None:
        raise OptionsError("--litellm-master-key: there is no --gateway litellm that it is for")
    if "mintoken" in options.gateways:
        if not all(options.mintoken_keys):
            raise OptionsError("--mintoken-key: an empty key is none")
        made.append(Mintoken(options.mintoken_keys, _rules(options.mintoken_rules)))
    elif options.mintoken_keys or options.mintoken_rules is not None:
        flag = "--mintoken-key" if options.mintoken_keys else "--mintoken-rules"
        raise OptionsError(f"{flag}: there is no --gateway mintoken that it is for")
    return made


def _rules(given: str | None) -> str:
    if given is None:
        return RULES
    if not given.strip():
        raise OptionsError("--mintoken-rules: rules without text are none")
    if len(given) > LONGEST_RULES:
        raise OptionsError(
            f"--mintoken-rules: at most {LONGEST_RULES:,} characters, not {len(given):,}"
        )
    return given
