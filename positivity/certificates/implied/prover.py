"""Proofs of the certificates inside a document, each proved once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from solvers.verify import Proof, Refused, verify_data


class Prover:
    """Remembers what it proved: a document may hold the same certificate at both of its ends."""

    def __init__(self) -> None:
        self._known: dict[str, Proof] = {}

    def prove(self, certificate: Any) -> Proof:
        """The proof of a certificate; raises Refused."""
        if not isinstance(certificate, Mapping):
            raise Refused("the certificate is missing")
        key = json.dumps(certificate, sort_keys=True)
        if key not in self._known:
            self._known[key] = verify_data(dict(certificate))
        return self._known[key]

    def prove_all(self, certificates: Any) -> list[Proof]:
        """The proofs of a list of certificates; raises Refused."""
        if not isinstance(certificates, list | tuple) or not certificates:
            raise Refused("the certificates are missing")
        return [self.prove(each) for each in certificates]
