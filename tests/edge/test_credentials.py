"""Ids and secrets look as they should and are never the same twice."""

from __future__ import annotations

import random
import re
import uuid
from hashlib import sha256

from simtwin.edge import credentials


def test_ids_and_secrets_have_their_forms() -> None:
    made = credentials.make_key()

    assert re.fullmatch(r"apikey_01[1-9A-HJ-NP-Za-km-z]{22}", made.api_key_id)
    assert re.fullmatch(r"sk-ant-twin-[\w-]{54}", made.api_key)
    assert made.digest == sha256(made.api_key.encode()).digest()
    assert uuid.UUID(credentials.make_tenant_id()).version == 4
    assert re.fullmatch(r"[\w-]{43}", credentials.make_tenant_secret())
    assert re.fullmatch(r"fb_[\w-]{16}", credentials.make_feedback_id())


def test_no_seed_makes_the_same_secret_twice() -> None:
    made = set()
    for _ in range(50):
        random.seed(7)
        key = credentials.make_key()
        made |= {
            *(key.api_key, key.api_key_id, credentials.make_tenant_id()),
            *(credentials.make_tenant_secret(), credentials.make_feedback_id()),
        }

    assert len(made) == 250


def test_a_key_does_not_show_where_it_is_printed() -> None:
    made = credentials.make_key()

    assert made.api_key not in repr(made)
