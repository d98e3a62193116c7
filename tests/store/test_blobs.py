"""Files of tenants are there whole or not at all, and no more of them than there is room for."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import attrs
import pytest
import trio

from simtwin.store.blobs import Blobs, DataDirError, FullError, opened
from simtwin.store.body import Excerpt
from simtwin.store.draft import BUFFER_BYTES, Draft, Reader
from simtwin.store.work import in_thread, on_the_spot

T = TypeVar("T")

MB = 1024 * 1024
NAME = "files/file_01.bin"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def blobs(folder: Path) -> Iterator[Blobs]:
    with opened(folder) as found:
        yield found


def files(folder: Path) -> set[str]:
    """Every file in a folder but the lock."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".simtwin-lock"
    }


async def all_of(reader: Reader) -> bytes:
    read = b""
    async with reader:
        while piece := await reader.read():
            read += piece
    return read


async def written(blobs: Blobs, *pieces: bytes, owner: str = "a") -> Draft:
    draft = blobs.draft(owner)
    for piece in pieces:
        await draft.write(piece)
    return draft


@pytest.mark.parametrize("pieces", [(), (b"abc",), (b"a" * MB, b"b" * MB, b"c")])
async def test_what_is_kept_is_all_that_was_written(blobs: Blobs, pieces: tuple[bytes]) -> None:
    draft = await written(blobs, *pieces)
    await draft.keep(NAME)

    blob = blobs.blob(NAME)
    assert await all_of(blobs.reading(NAME)) == b"".join(blobs.read(NAME)) == b"".join(pieces)
    assert blob is not None
    assert (blob.owner, blob.size) == ("a", len(b"".join(pieces)))


async def test_before_it_is_kept_nothing_is_under_its_name(blobs: Blobs, folder: Path) -> None:
    draft = await written(blobs, bytes(BUFFER_BYTES))
    before = files(folder)
    await draft.keep(NAME)

    assert before == {".simtwin-parts/1.part"}
    assert files(folder) == {NAME}


async def test_a_small_draft_that_is_discarded_never_touched_the_disk(
    blobs: Blobs, folder: Path
) -> None:
    draft = await written(blobs, b"small")
    found = files(folder)
    await draft.discard()

    assert (found, files(folder), blobs.idle) == (set(), set(), True)


@pytest.mark.parametrize("size", [5, 3 * MB])
async def test_a_draft_can_be_read_before_it_is_kept(blobs: Blobs, size: int) -> None:
    draft = await written(blobs, bytes(size))
    read = await all_of(await draft.reading())
    await draft.write(b"x")
    await draft.keep(NAME)

    assert read == bytes(size)
    assert b"".join(blobs.read(NAME)) == bytes(size) + b"x"


async def test_a_part_of_it_is_read_by_its_place(blobs: Blobs) -> None:
    await (await written(blobs, b"0123456789")).keep(NAME)

    assert b"".join(blobs.read(NAME, 2, 5)) == b"234"
    assert b"".join(blobs.read(NAME, 8)) == b"89"


async def test_what_is_being_read_is_read_to_its_end_although_it_is_removed(
    blobs: Blobs, folder: Path
) -> None:
    await (await written(blobs, b"a" * 100_000)).keep(NAME)
    reading = blobs.read(NAME)
    first = next(reading)
    await blobs.remove(NAME)

    assert len(first) + len(b"".join(reading)) == 100_000
    assert files(folder) == set()
    assert blobs.blob(NAME) is None


async def test_a_discarded_draft_leaves_nothing_even_where_its_task_is_cancelled(
    blobs: Blobs, folder: Path
) -> None:
    draft = await written(blobs, bytes(2 * MB))
    with trio.CancelScope() as scope:
        scope.cancel()
        await draft.discard()

    assert files(folder) == set()
    assert blobs.idle


async def test_what_is_kept_again_takes_the_place_of_what_was_there(blobs: Blobs) -> None:
    await (await written(blobs, b"before")).keep(NAME)
    await (await written(blobs, b"after", owner="b")).keep(NAME)

    assert b"".join(blobs.read(NAME)) == b"after"
    assert (blobs.bytes_of("a"), blobs.bytes_of("b")) == (0, 5)


async def test_a_tenant_has_so_much_and_no_more_and_another_one_still_has_room() -> None:
    blobs = Blobs(most=15, most_of_owner=10)
    draft = await written(blobs, bytes(8))

    with pytest.raises(FullError, match="a tenant keeps at most 10 bytes"):
        await draft.write(bytes(3))
    await draft.write(bytes(2))
    other = await written(blobs, bytes(5), owner="b")
    with pytest.raises(FullError, match="all tenants together keep at most 15 bytes"):
        await other.write(b"x")
    await draft.discard()
    await other.write(bytes(5))

    assert (blobs.bytes_of("a"), blobs.bytes_of("b")) == (0, 10)


async def test_what_is_removed_makes_room_again(blobs: Blobs) -> None:
    await (await written(blobs, bytes(5))).keep(NAME)
    await (await written(blobs, bytes(6))).keep("files/file_02")
    await blobs.remove(NAME)
    await blobs.remove(NAME)
    one_left = blobs.bytes_of("a")
    blobs.forget("a")

    assert (one_left, blobs.bytes_of("a"), blobs.idle) == (6, 0, True)


@attrs.define
class FullDisk:
    """Does all but the work of number `at`, for which there is no room."""

    at: int
    done: int = 0

    async def __call__(self, job: Callable[[], T], /) -> T:
        self.done += 1
        if self.done == self.at:
            raise OSError(errno.ENOSPC, "No space left on device")
        return await on_the_spot(job)


async def fill(draft: Draft) -> None:
    for _ in range(2):
        await draft.write(bytes(BUFFER_BYTES))
    await draft.keep(NAME)


@pytest.mark.parametrize("at", [1, 2, 3])
async def test_a_full_disk_is_told_and_nothing_is_left_of_what_it_did_not_take(
    folder: Path, at: int
) -> None:
    """Writing one piece, writing the next, giving it its name."""
    with opened(folder, FullDisk(at)) as blobs:
        draft = blobs.draft("a")
        with pytest.raises(FullError, match="no room left where data is kept"):
            await fill(draft)
        await draft.discard()

        assert files(folder) == set()
        assert blobs.idle


async def test_a_record_of_it_is_all_of_a_small_one_and_the_beginning_of_a_large_one(
    blobs: Blobs,
) -> None:
    small = await written(blobs, b'{"a"', b": 1}")
    large = await written(blobs, b"x" * MB)

    kept = large.body()
    assert small.body() == b'{"a": 1}'
    assert isinstance(kept, Excerpt)
    assert (kept.size, len(kept.head)) == (MB, 4096)
    await small.discard()
    await large.discard()


def test_leftovers_of_a_crash_are_removed_and_nothing_else_is(folder: Path) -> None:
    for name in (".simtwin-parts/1.part", "files/file_1", "mine.part", ".simtwin-parts/note.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")

    with opened(folder):
        assert files(folder) == {"files/file_1", "mine.part", ".simtwin-parts/note.txt"}


def test_a_folder_that_another_twin_uses_is_refused_until_that_one_ends(folder: Path) -> None:
    with opened(folder):
        with pytest.raises(DataDirError, match="another twin uses it"), opened(folder):
            pass
        assert folder.exists()
    with opened(folder) as again:
        assert again.idle


def test_a_folder_that_cannot_be_is_told_by_the_system_in_its_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(DataDirError, match="File exists"), opened(tmp_path / "file"):
        pass
    with pytest.raises(DataDirError, match="Not a directory"), opened(tmp_path / "file" / "in it"):
        pass


async def test_without_a_folder_there_is_a_temporary_one_until_the_end() -> None:
    with opened() as blobs:
        await (await written(blobs, b"x")).keep(NAME)
        folder = blobs.folder
        assert files(folder) == {NAME}

    assert not folder.exists()


@pytest.mark.parametrize("name", ["../x", "files/../x", "files/", "x", "/etc/passwd", "files/a/b"])
async def test_what_is_no_name_leads_nowhere(blobs: Blobs, name: str) -> None:
    draft = await written(blobs, b"x")

    with pytest.raises(ValueError, match="no name of a blob"):
        await draft.keep(name)
    await draft.discard()


async def test_in_threads_it_is_the_same(folder: Path) -> None:
    with opened(folder, in_thread) as blobs:
        await (await written(blobs, bytes(MB), b"end")).keep(NAME)
        gone = await written(blobs, bytes(2 * MB))
        await gone.discard()

        assert files(folder) == {NAME}
        assert (folder / NAME).read_bytes() == bytes(MB) + b"end"
