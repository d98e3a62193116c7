"""The endpoints of files and skills: what is uploaded goes into a file."""

from __future__ import annotations

from collections.abc import Mapping

from simtwin.api.files.file import MOST_BYTES as MOST_FILE_BYTES
from simtwin.api.skills.package import MOST_BYTES as MOST_SKILL_BYTES
from simtwin.edge.data_plane.endpoint import Endpoint

#: What a form has beside its files, of which a skill may have a thousand: names, boundaries.
_FORM_BYTES = 1024 * 1024

_FILE = "/v1/files/{file_id}"
_SKILL = "/v1/skills/{skill_id}"
_VERSIONS = f"{_SKILL}/versions"
_VERSION = f"{_VERSIONS}/{{version}}"


def _upload(name: str, operation: str, most: int) -> Endpoint:
    return Endpoint(name, operation, spooled=most + _FORM_BYTES)


FILE_PATHS: Mapping[str, Mapping[str, Endpoint]] = {
    "/v1/files": {
        "GET": Endpoint("files", "data.files.list"),
        "POST": _upload("files_upload", "data.files.upload", MOST_FILE_BYTES),
    },
    _FILE: {
        "GET": Endpoint("files_retrieve_metadata", "data.files.retrieve_metadata"),
        "DELETE": Endpoint("files_delete", "data.files.delete"),
    },
    f"{_FILE}/content": {"GET": Endpoint("files_download", "data.files.download")},
}

SKILL_PATHS: Mapping[str, Mapping[str, Endpoint]] = {
    "/v1/skills": {
        "GET": Endpoint("skills", "data.skills.list"),
        "POST": _upload("skills_create", "data.skills.create", MOST_SKILL_BYTES),
    },
    _SKILL: {
        "GET": Endpoint("skills_retrieve", "data.skills.retrieve"),
        "DELETE": Endpoint("skills_delete", "data.skills.delete"),
    },
    _VERSIONS: {
        "GET": Endpoint("skills_versions", "data.skills.versions.list"),
        "POST": _upload("skills_versions_create", "data.skills.versions.create", MOST_SKILL_BYTES),
    },
    _VERSION: {
        "GET": Endpoint("skills_versions_retrieve", "data.skills.versions.retrieve"),
        "DELETE": Endpoint("skills_versions_delete", "data.skills.versions.delete"),
    },
    f"{_VERSION}/content": {
        "GET": Endpoint("skills_versions_download", "data.skills.versions.download")
    },
}
