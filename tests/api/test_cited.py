"""Citations of what the request holds."""

from __future__ import annotations

from typing import Any

from asking import reply_to, turn
from offering import CITED

from simtwin.api.reply.asked.cited import MOST_CITATIONS, citations
from simtwin.api.reply.blocks import Text

YES = {"citations": {"enabled": True}}
TEXT = {"type": "text", "media_type": "text/plain", "data": "One is here. Two is there. End"}


def _document(source: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"type": "document", "source": source, **YES, **fields}


def test_a_text_is_cited_by_its_characters() -> None:
    cited = citations([turn(_document(TEXT, title="Numbers"))])

    assert [each["cited_text"] for each in cited] == ["One is here. ", "Two is there. ", "End"]
    first = cited[0]
    assert TEXT["data"][first["start_char_index"] : first["end_char_index"]] == "One is here. "
    assert first["document_title"] == "Numbers"


def test_a_pdf_is_cited_by_its_pages() -> None:
    pdf = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}

    (cited,) = citations([turn(_document(pdf))])

    assert cited["type"] == "page_location"
    assert (cited["start_page_number"], cited["end_page_number"]) == (1, 2)


def test_blocks_are_cited_whole() -> None:
    content = [{"type": "text", "text": "One."}, {"type": "text", "text": "Two."}]

    cited = citations([turn(_document({"type": "content", "content": content}))])

    assert [each["cited_text"] for each in cited] == ["One.", "Two."]
    assert [each["start_block_index"] for each in cited] == [0, 1]


def test_results_of_a_search_are_cited_also_inside_a_tools_result() -> None:
    result = {
        "type": "search_result",
        "source": "https://example.com",
        "title": "Page",
        "content": [{"type": "text", "text": "Found."}],
        **YES,
    }
    tool_result = {"type": "tool_result", "tool_use_id": "t", "content": [result]}

    cited = citations([turn(result), turn(tool_result)])

    assert [each["search_result_index"] for each in cited] == [0, 1]
    assert {each["source"] for each in cited} == {"https://example.com"}


def test_documents_are_counted_whether_they_may_be_cited_or_not() -> None:
    silent = {"type": "document", "source": TEXT}

    cited = citations([turn(silent), turn(_document(TEXT))])

    assert {each["document_index"] for each in cited} == {1}


def test_an_answer_holds_few_and_short_citations() -> None:
    long = {**TEXT, "data": "word " * 100_000}

    cited = citations([turn(*[_document(long)] * 9)])

    assert len(cited) == MOST_CITATIONS
    assert all(len(each["cited_text"]) < 200 for each in cited)


def test_an_answer_rests_on_what_it_cites() -> None:
    blocks = [block for block in reply_to(**CITED).blocks if isinstance(block, Text)]

    assert [bool(block.citations) for block in blocks] == [False, True] * 3
    assert all(block.text for block in blocks)
