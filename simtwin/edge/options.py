"""How a twin is started: the options of `simtwin serve`, checked and in words of the twin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import attrs

from simtwin.api.pacing import parse_pace
from simtwin.api.replay.recording import RecordingError
from simtwin.api.replay.shelf import Replay
from simtwin.api.tiers import parse_limits
from simtwin.core.fates import Fates
from simtwin.core.fault import SettingsError
from simtwin.core.late import Late, joined
from simtwin.core.profile import Profile
from simtwin.core.profile import parse as parse_profile
from simtwin.core.settings import Settings, Vocabulary
from simtwin.core.settings import parse as parse_settings
from simtwin.edge.recordings import read_recordings
from simtwin.store.blobs import Blobs, DataDirError, opened
from simtwin.store.work import in_thread
from simtwin_faults import all_kinds
from simtwin_faults.profiles import texts
from simtwin_faults.raw import without_raw

if TYPE_CHECKING:
    from simtwin.edge.upstream.target import Target

_LOOPBACK = ("127.", "::1", "localhost")


class OptionsError(Exception):
    """An option cannot be; the text names it."""


@attrs.frozen(kw_only=True)
class Options:
    """What `simtwin serve` takes; see `simtwin serve --help`.

    Args:
        host: the address to listen on, and `port` on which port; 0 is a free one.
        port_file: where to write the port.
        as_json: whether one line of JSON is all that is printed.
        open_keys: whether any key is accepted.
        open_world: whether, besides, every id exists and every key may ask for everything.
        seed: decides all chance.
        tier: the limits of every tenant, by name.
        profiles: names of profiles, or paths of TOML files.
        script: a script for every key.
        pace: how fast answers come.
        admin_token: the operator's token, None for no operator.
        allowed_hosts: host names to answer to.
        public_tenants: whether anybody may make tenants, off loopback too.
        strict_version: whether an unknown `anthropic-version` is refused.
        no_marks: whether answers carry no `x-simtwin-*` headers.
        no_edge_headers: whether they carry none of the edge in front of the real API.
        max_wait: the longest that any one wait lasts, seconds.
        replay: files and folders of recorded exchanges to answer with.
        replay_misses: whether what was not recorded is an error, or answered all the same.
        upstream: the URL of a server that answers in the twin's place, None for none.
        upstream_key: asks it in the name of callers whose key is the twin's, None for none.
        record: the cassette that what it answers is written to, None for none.
        tls: whether TLS is spoken, by certificates that are made for this run.
        tls_cert: whether it is by the certificate in this file.
        tls_key: where its private key is, None for the same file.
        tls_ca: where to write what clients are to trust, None for a file that ends with the run.
        allow_raw: whether faults may write what is no HTTP although `host` is not loopback.
        data: the folder of what tenants upload and of batches, None for a temporary one.
        told: the fates of another run, which requests meet in the place of what is set.
        steady_ids: whether ids in answers come of the seed and what was asked alone.
        command: what to run against the twin, which ends with it; nothing to serve until told.
        gateways: the gateways in front of the API, by name.
        litellm_master_key: makes virtual keys; None lets any key in under `/anthropic`.
        mintoken_keys: mintoken's keys; none lets any in.
        mintoken_rules: what mintoken puts before every system prompt, None for rules of ours.
        front: what answers the hot route, ASGI middleware or Quart.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    port_file: Path | None = None
    as_json: bool = False
    open_keys: bool = False
    open_world: bool = False
    seed: int
    tier: str = "scale"
    profiles: tuple[str, ...] = ()
    script: str | None = None
    pace: str = "real"
    admin_token: str | None = attrs.field(default=None, repr=False)
    allowed_hosts: tuple[str, ...] = ()
    public_tenants: bool = False
    strict_version: bool = False
    no_marks: bool = False
    no_edge_headers: bool = False
    max_wait: float = 3600.0
    replay: tuple[Path, ...] = ()
    replay_misses: Literal["error", "answer"] = "error"
    upstream: str | None = None
    upstream_key: str | None = attrs.field(default=None, repr=False)
    record: Path | None = None
    tls: bool = False
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_ca: Path | None = None
    allow_raw: bool = False
    data: Path | None = None
    told: Fates | None = None
    steady_ids: bool = False
    command: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    litellm_master_key: str | None = attrs.field(default=None, repr=False)
    mintoken_keys: tuple[str, ...] = attrs.field(default=(), repr=False)
    mintoken_rules: str | None = None
    front: Literal["asgi", "quart"] = "asgi"

    @property
    def speaks_of_gateways(self) -> bool:
        """Whether anything is said of gateways."""
        said = (self.litellm_master_key, self.mintoken_rules)
        return bool(self.gateways or self.mintoken_keys) or said != (None, None)

    @property
    def on_loopback(self) -> bool:
        """Whether nobody but this machine reaches it."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine reaches an address."""
    return host.startswith(_LOOPBACK)


def vocabulary(tell: Callable[[str], object], *, raw: bool = True) -> Vocabulary:
    """The words of settings: every kind and profile there is.

    Args:
        tell: hears a sentence about each kind of an installed package that is left out.
        raw: whether faults may write what is no HTTP.
    """
    kinds = all_kinds(tell) if raw else without_raw(all_kinds(tell))
    # Ours are found to be good by the tests: each is parsed when it is asked for.
    profiles = {name: partial(parse_profile, text, name, kinds) for name, text in texts().items()}
    return Vocabulary(kinds, Late(profiles), parse_limits, parse_pace)


def command_line(options: Options, tell: Callable[[str], object]) -> tuple[Vocabulary, Settings]:
    """The vocabulary, with the profiles that the options bring, and the settings they come to.

    Raises:
        OptionsError: a profile, the script or the pace cannot be.
    """
    words = vocabulary(tell, raw=options.allow_raw or options.on_loopback)
    files = {
        name: _file(name, words)
        for name in options.profiles
        if name not in words.profiles and _is_path(name)
    }
    brought = {} if options.told is None else options.told.profiles
    words = attrs.evolve(words, profiles=joined(words.profiles, files, brought))
    doc: dict[str, Any] = {
        "profiles": [*options.profiles, *brought],
        "script": options.script,
        "limits": {"tier": options.tier},
        "pace": options.pace,
        "seed": options.seed,
    }
    try:
        return words, parse_settings(doc, words)
    except SettingsError as error:
        raise OptionsError(f"--{_flag(error.path)}: {error.message}") from None


@contextmanager
def blobs_of(options: Options) -> Iterator[Blobs]:
    """The files that the options give room to, written and read where nobody waits for the disk.

    Raises:
        OptionsError: the folder cannot be used.
    """
    with ExitStack() as exits:
        try:
            blobs = exits.enter_context(opened(options.data, in_thread))
        except DataDirError as error:
            raise OptionsError(f"--data: {options.data} cannot be used: {error}") from None
        yield blobs


def replay_of(options: Options) -> Replay | None:
    """The recordings that the options name.

    Raises:
        OptionsError: one of them cannot be read.
    """
    if not options.replay:
        return None
    try:
        shelf = read_recordings(options.replay)
    except RecordingError as error:
        raise OptionsError(f"--replay: {error}") from None
    misses = options.replay_misses == "answer" or options.upstream is not None
    return Replay(shelf, answers_misses=misses)


def target_of(options: Options) -> Target | None:
    """The upstream that the options name.

    Raises:
        OptionsError: there can be none, or anybody could use the key for it.
    """
    if options.upstream is None:
        if options.record is not None:
            raise OptionsError("--record: only what an --upstream answers is recorded")
        return None
    from simtwin.edge.upstream.target import TargetError, parse_target  # noqa: PLC0415  # most twins have none

    try:
        target = parse_target(options.upstream)
    except TargetError as error:
        raise OptionsError(f"--upstream: the URL {error}") from None
    if options.speaks_of_gateways or options.open_world:
        flag = "--gateway" if options.speaks_of_gateways else "--open-world"
        raise OptionsError(
            f"--upstream: answers in the place of the twin, and {flag} is how the twin answers"
        )
    if target.port == options.port and is_loopback(target.host):
        raise OptionsError("--upstream: that is where this twin itself listens")
    key = options.upstream_key or ""
    if not key.isascii() or not key.isprintable():
        raise OptionsError("--upstream: ANTHROPIC_API_KEY of the environment is no key")
    # Whoever has a key of the twin's spends the environment's.
    for flag, for_all in (
        ("--open", options.open_keys),
        ("--public-tenants", options.public_tenants),
    ):
        if for_all and options.upstream_key is not None and not options.on_loopback:
            raise OptionsError(
                f"{flag}: off loopback anybody could spend the ANTHROPIC_API_KEY of the"
                " environment at the --upstream; unset one of them"
            )
    return target


def speaks_tls(options: Options) -> bool:
    """Whether TLS is asked for.

    Raises:
        OptionsError: the options that are about it contradict each other.
    """
    if options.tls_key is not None and options.tls_cert is None:
        raise OptionsError("--tls-key: its certificate, --tls-cert, is missing")
    if options.tls and options.tls_cert is not None:
        raise OptionsError("--tls: makes a certificate, where --tls-cert has one")
    if options.tls_ca is not None and not options.tls:
        raise OptionsError("--tls-ca: only --tls has an authority to write")
    return options.tls or options.tls_cert is not None


def _flag(path: str) -> str:
    """The option that a path in the settings was made of."""
    if path.startswith("profiles["):
        return "profile"
    return "tier" if path.startswith("limits") else path


def _is_path(name: str) -> bool:
    return name.endswith(".toml") or "/" in name


def _file(name: str, words: Vocabulary) -> Profile:
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OptionsError(f"--profile: {name} cannot be read: {error}") from None
    try:
        return parse_profile(text, Path(name).name, words.kinds)
    except SettingsError as error:
        raise OptionsError(f"--profile: {error}") from None
