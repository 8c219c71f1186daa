"""The tests of mail share certificates and servers with those of the outbox."""

from tests.connectors.mail.fixtures import certificates, open_postbox

__all__ = ["certificates", "open_postbox"]
