"""The Skills API: files are zipped onto the disk, what is known of them is in the holdings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from simtwin.api.errors import ApiError, Rejected, invalid
from simtwin.api.pages import Query
from simtwin.api.skills import skills
from simtwin.api.skills.package import (
    ABOUT,
    MOST_ABOUT_BYTES,
    MOST_BYTES,
    About,
    about,
    directory,
    front_matter,
)
from simtwin.api.skills.skill import BETA, Skill, Version
from simtwin.core.chance import base58
from simtwin.core.plan import Chunk, End, Head, Plan, Step
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.held import done, done_or_removed, holdings
from simtwin.edge.data_plane.json_plan import json_plan
from simtwin.edge.data_plane.manner import Answer, Doc, Manner
from simtwin.edge.data_plane.multipart import Part
from simtwin.edge.data_plane.uploading import Form, uploaded
from simtwin.edge.twin import Twin
from simtwin.store.draft import Draft

#: The archive is the same whenever it is made.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


async def _create(twin: Twin, exchange: Exchange, _: Doc, manner: Manner) -> Plan:
    async with uploaded(twin, exchange, "files") as form:
        version = await _packed(twin, exchange, form)
    title = form.fields.get("display_name") or form.fields.get("display_title") or version.name
    id_ = "skill_01" + base58(exchange.chance("skill"), 22)
    skill = Skill(id_, title, version.at, version.at, (version,))
    await done_or_removed(twin, exchange, partial(skills.add, skill=skill), version.blob)
    return json_plan(exchange, skill.doc(beta=_beta(manner)))


async def _create_version(twin: Twin, exchange: Exchange, _: Doc, manner: Manner) -> Plan:
    id_ = exchange.endpoint.arguments["skill_id"]
    skills.one(holdings(twin, exchange), id_)
    async with uploaded(twin, exchange, "files") as form:
        version = await _packed(twin, exchange, form)
    add = partial(skills.add_version, id_=id_, version=version)
    skill = await done_or_removed(twin, exchange, add, version.blob)
    return json_plan(exchange, version.doc(skill, beta=_beta(manner)))


async def _list(twin: Twin, exchange: Exchange, _: Doc, manner: Manner) -> Plan:
    query = Query(exchange.request.query)
    return json_plan(exchange, skills.page(holdings(twin, exchange), query, beta=_beta(manner)))


async def _retrieve(twin: Twin, exchange: Exchange, _: Doc, manner: Manner) -> Plan:
    return json_plan(exchange, _skill(twin, exchange).doc(beta=_beta(manner)))


async def _delete(twin: Twin, exchange: Exchange, _: Doc, __: Manner) -> Plan:
    id_ = exchange.endpoint.arguments["skill_id"]
    await done(twin, exchange, partial(skills.remove, id_=id_))
    return json_plan(exchange, {"id": id_, "type": "skill_deleted"})


async def _versions(twin: Twin, exchange: Exchange, _: Doc, manner: Manner) -> Plan:
    skill, beta = _skill(twin, exchange), _beta(manner)
    shown = [version.doc(skill, beta=beta) for version in skill.versions[::-1]]
    return json_plan(exchange, skills.paged(shown, Query(exchange.request.query), beta=beta))


async def _version(twin: Twin, exchange: Exchange, _: Doc, manner: Manner) -> Plan:
    skill = _skill(twin, exchange)
    version = skills.version_of(skill, exchange.endpoint.arguments["version"])
    return json_plan(exchange, version.doc(skill, beta=_beta(manner)))


async def _delete_version(twin: Twin, exchange: Exchange, _: Doc, manner: Manner) -> Plan:
    arguments = exchange.endpoint.arguments
    remove = partial(
        skills.remove_version,
        id_=arguments["skill_id"],
        name=arguments["version"],
        at=twin.wall(),
    )
    version = await done(twin, exchange, remove)
    await twin.blobs.remove(version.blob)
    id_ = version.number if _beta(manner) else version.id
    return json_plan(exchange, {"id": id_, "type": "skill_version_deleted"})


async def _download(twin: Twin, exchange: Exchange, _: Doc, __: Manner) -> Plan:
    version = skills.version_of(_skill(twin, exchange), exchange.endpoint.arguments["version"])
    blob = twin.blobs.blob(version.blob)
    if blob is None:
        raise Rejected(ApiError.of(403, "Skills of Anthropic cannot be downloaded"))
    head = Head(
        200,
        (
            ("content-type", "application/zip"),
            ("content-length", str(blob.size)),
            ("content-disposition", f'attachment; filename="{version.directory}.zip"'),
            *exchange.headers(),
        ),
    )
    return _file(head, twin.blobs.read(version.blob))


def _file(head: Head, pieces: Iterator[bytes]) -> Iterator[Step]:
    yield head
    for piece in pieces:
        yield Chunk(piece)
    yield End()


async def _packed(twin: Twin, exchange: Exchange, form: Form) -> Version:
    """The version that a form makes, its files in one archive."""
    folder = directory([part.filename for part, _ in form.files])
    if sum(draft.size for _, draft in form.files) > MOST_BYTES:
        raise invalid(f"files: The total size must be under {MOST_BYTES // 1024 // 1024} MB")
    said = await _about(form, f"{folder}/{ABOUT}")
    at = twin.wall()
    version = Version(
        "skillver_01" + base58(exchange.chance("skill_version"), 22),
        str(round(at * 1_000_000)),
        said.name,
        said.description,
        folder,
        at,
    )
    assert exchange.draft is not None, "forms are spooled"  # noqa: S101
    archive = twin.blobs.draft(exchange.draft.owner)
    try:
        await archive.write(await _zipped(twin, form.files))
        await archive.keep(version.blob)
    finally:
        await archive.discard()
    return version


async def _about(form: Form, path: str) -> About:
    draft = next(draft for part, draft in form.files if part.filename == path)
    text = (await _content(draft))[:MOST_ABOUT_BYTES].decode("utf-8", "replace")
    import yaml  # noqa: PLC0415  # few twins ever have a skill

    try:
        said = yaml.safe_load(front_matter(text))
    except (yaml.YAMLError, ValueError, RecursionError):
        raise invalid(f"{ABOUT}: the frontmatter is no valid YAML") from None
    return about(said)


async def _zipped(twin: Twin, files: list[tuple[Part, Draft]]) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for part, draft in files:
            content = await _content(draft)
            entry = ZipInfo(part.filename, _ZIP_DATE)
            await twin.blobs.work(partial(archive.writestr, entry, content, ZIP_DEFLATED))
    return buffer.getvalue()


async def _content(draft: Draft) -> bytes:
    whole = bytearray()
    async with await draft.reading() as reader:
        while piece := await reader.read():
            whole += piece
    return bytes(whole)


def _skill(twin: Twin, exchange: Exchange) -> Skill:
    return skills.one(holdings(twin, exchange), exchange.endpoint.arguments["skill_id"])


def _beta(manner: Manner) -> bool:
    return BETA in manner.betas


SKILLS: Mapping[str, Answer] = {
    "skills": _list,
    "skills_create": _create,
    "skills_retrieve": _retrieve,
    "skills_delete": _delete,
    "skills_versions": _versions,
    "skills_versions_create": _create_version,
    "skills_versions_retrieve": _version,
    "skills_versions_delete": _delete_version,
    "skills_versions_download": _download,
}
