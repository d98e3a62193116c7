"""That thinking comes back to a model that can use it, and in the conversation that it was thought in.

    system, tools, turn, turn, … , turn of the user ─► digest ─► in the signature of what is thought next

Only what was said counts: neither cache marks nor thinking itself, nor any other parameter. Compaction
begins a conversation anew (platform.claude.com/docs, "Preserved thinking", 2026-09). Gaps between
thoughts are not looked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from hashlib import blake2b
from typing import Any

import attrs

from simtwin.api.errors import invalid
from simtwin.api.model import Model
from simtwin.api.models import MODELS
from simtwin.api.reply.signature import PREFIX, UNBOUND, digest, origin
from simtwin.api.request.encoded import encoded
from simtwin.api.request.prefix import bare
from simtwin.api.request.rules.generation import binds_thinking, reads_thinking
from simtwin.api.request.shape.pieces import AT_ONCE
from simtwin.api.request.steps import Steps

#: With it answers tell what became of thinking, and requests choose what does.
CONTROLS = "thinking-binding-controls-2026-08-01"

_THOUGHTS = ("thinking", "redacted_thinking")
_PREFIX = "prefix_binding_mismatch"
_CHARACTERS_PER_TOKEN = 4
_BYTES_AT_ONCE = 64 * 1024


@attrs.frozen
class Bound:
    """What the thinking of a request comes to.

    Args:
        prefix: the digest of the whole conversation, for what is thought next.
        told: what became of thoughts that failed a check, None where the answer does not tell.
        dropped: the input tokens of those that the model does not see.
    """

    prefix: bytes = UNBOUND
    told: tuple[Mapping[str, Any], ...] | None = None
    dropped: int = 0


NOT_BOUND = Bound()


def read_binding(doc: Mapping[str, Any], model: Model, betas: Collection[str]) -> Steps[Bound]:
    """Hold the thoughts of a request against its model and its conversation.

    Raises:
        Rejected: one was thought in another conversation, and is not to be dropped.
    """
    controlled = CONTROLS in betas
    config = doc.get("thinking") or {}
    if config.get("block_binding") is not None and not controlled:
        # Style: the field belongs to the beta.
        raise invalid(f"thinking.{config['type']}.block_binding: Extra inputs are not permitted")
    drops = (config.get("block_binding") or {}).get("prefix_mismatch_behavior") == "drop_block"
    chain = _Chain(doc) if binds_thinking(model) else None
    told: list[Mapping[str, Any]] = []
    dropped = 0
    for count, (role, path, block) in enumerate(_blocks(doc["messages"], every=chain is not None)):
        if count % AT_ONCE == AT_ONCE - 1:
            yield
        if block["type"] not in _THOUGHTS:
            if chain is not None:
                yield from chain.add(role, block)
            continue
        reason = _mismatch(block, model, chain)
        if reason is None:
            continue
        if reason == _PREFIX and not drops:
            raise invalid(_different(path, block["type"], controlled=controlled))
        told.append({"type": "thinking_dropped", "path": path, "reason": reason})
        dropped += len(block.get("thinking") or block.get("data") or "")
    return Bound(
        UNBOUND if chain is None else chain.now,
        tuple(told) if controlled and model.thinking else None,
        dropped // _CHARACTERS_PER_TOKEN,
    )


def _mismatch(block: Mapping[str, Any], model: Model, chain: _Chain | None) -> str | None:
    """The check that a thought fails; after one that fails the second, all do."""
    made = origin(block.get("signature") or block.get("data") or "")
    if made is None:
        return None
    producer = _producers().get(made[0])
    if producer is not None and not reads_thinking(model, producer):
        return "model_binding_mismatch"
    if chain is None or made[1] == UNBOUND:
        return None
    chain.broken = chain.broken or made[1] != chain.before
    return _PREFIX if chain.broken else None


def _different(path: str, kind: str, *, controlled: bool) -> str:
    """Seen in 2026-09 on Fable 5.1 and Opus 5.5, documented under "Preserved thinking"."""
    field = "signature" if kind == "thinking" else "data"
    setting = (
        ""
        if controlled
        else (f" That setting requires the `{CONTROLS}` value in the `anthropic-beta` header.")
    )
    return (
        f"{path}: Invalid `{field}` in `{kind}` block. The block is bound to a different "
        "conversation. Remove the block, or set `thinking.block_binding.prefix_mismatch_behavior` "
        f'to "drop_block".{setting}'
    )


class _Chain:
    """The digest of a conversation as far as it was read.

    Attributes:
        before: that up to the last turn of the user, which is what a thought was bound to.
        now: that up to here.
        broken: whether a thought before was bound to another conversation.
    """

    def __init__(self, doc: Mapping[str, Any]) -> None:
        self._start = blake2b(digest_size=PREFIX)
        for part in (doc.get("system") or "", *(doc.get("tools") or ())):
            self._feed(self._start, part if isinstance(part, (str, list)) else bare(part))
        self._state = self._start.copy()
        self._since = 0
        self.broken = False
        self.before = self.now

    @property
    def now(self) -> bytes:
        return self._state.digest()

    def add(self, role: str, block: Mapping[str, Any]) -> Steps[None]:
        """One more block, of a turn of `role`."""
        if block["type"] == "compaction":
            self._state = self._start.copy()
        self._state.update(role.encode())
        self._since += self._feed(self._state, bare(block))
        if role != "assistant":
            self.before = self.now
        if self._since >= _BYTES_AT_ONCE:
            self._since = 0
            yield

    @staticmethod
    def _feed(state: Any, said: Any) -> int:
        size = 0
        if isinstance(said, list):
            said = [bare(part) for part in said]
        for data in encoded(said, by_name=True):
            state.update(data)
            size += len(data)
        return size


def _blocks(
    messages: Sequence[Mapping[str, Any]], *, every: bool
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Blocks with their role and path, a text as one; where not `every`, those of the assistant."""
    for index, message in enumerate(messages):
        role, content = message["role"], message.get("content") or ()
        if not every and (role != "assistant" or isinstance(content, str)):
            continue
        if isinstance(content, str):
            content = ({"type": "text", "text": content},)
        for number, block in enumerate(content):
            yield role, f"messages.{index}.content.{number}", block


@cache
def _producers() -> Mapping[bytes, Model]:
    """Every model by what a signature has in place of its name."""
    return {digest(name): model for model in MODELS for name in (model.id, *model.aliases)}
