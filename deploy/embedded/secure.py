"""`--secure`: the embedded broker as a cluster has it: TLS, a password per principal, and nothing allowed but what the table says.

Clients come by SASL_SSL with SCRAM-SHA-512. Only the supervisor's own administrator comes by another listener, with a
password of the configuration: somebody must be there before the first SCRAM user is. Everything lies below `.gabay/secrets`.
"""

from __future__ import annotations

import datetime
import ipaddress
import secrets
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path

from deploy.embedded.problem import StackProblem

CLIENTS = "CLIENT"
SETTINGS = """
# Written for --secure.
listeners=CLIENT://127.0.0.1:{port},INTERNAL://127.0.0.1:{internal},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=CLIENT://127.0.0.1:{port},INTERNAL://127.0.0.1:{internal}
listener.security.protocol.map=CONTROLLER:SASL_PLAINTEXT,CLIENT:SASL_SSL,INTERNAL:SASL_SSL
inter.broker.listener.name=INTERNAL
sasl.mechanism.inter.broker.protocol=PLAIN
sasl.mechanism.controller.protocol=PLAIN
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.client.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.client.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.internal.sasl.enabled.mechanisms=PLAIN
listener.name.internal.plain.sasl.jaas.config={plain}
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.controller.plain.sasl.jaas.config={plain}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:admin;User:broker
allow.everyone.if.no.acl.found=false
ssl.keystore.type=PEM
ssl.keystore.location={server}
ssl.truststore.type=PEM
ssl.truststore.location={ca}
ssl.client.auth=none
"""
REPLACED = (
    "listeners", "advertised.listeners", "listener.security.protocol.map", "inter.broker.listener.name",
)  # fmt: skip


class Secure:
    """Certificates and passwords of one stack. folder: `.gabay/secrets/kafka`; internal_port: of the administrator's listener."""

    def __init__(self, folder: Path, internal_port: int) -> None:
        self.folder, self.internal_port = folder, internal_port

    @property
    def ca(self) -> Path:
        """The certificate of the authority that every client trusts."""
        return self.folder / "ca.pem"

    def password_file(self, principal: str) -> Path:
        return self.folder / f"{principal}.password"

    def password(self, principal: str) -> str:
        return self.password_file(principal).read_text().strip()

    def make(self, principals: Iterable[str]) -> None:
        """Make what is missing: the authority, the broker's certificate, a password for each principal. Mode 0600."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        for principal in ("admin", "broker", *principals):
            if not self.password_file(principal).exists():
                _write(self.password_file(principal), secrets.token_hex(24))
        if not (self.folder / "server.pem").exists():
            ca, server = _certificates()
            _write(self.folder / "server.pem", server)
            _write(self.ca, ca)

    def passwords(self, principals: Iterable[str]) -> Mapping[str, str]:
        return {principal: self.password(principal) for principal in principals}

    def applied(self, text: str, port: int, controller: int) -> str:
        """The broker's configuration with its listeners secured."""
        users = " ".join(f'user_{name}="{self.password(name)}"' for name in ("broker", "admin"))
        module = "org.apache.kafka.common.security.plain.PlainLoginModule required"
        plain = f'{module} username="broker" password="{self.password("broker")}" {users};'
        kept = [line for line in text.splitlines() if line.partition("=")[0] not in REPLACED]
        return "\n".join(kept) + SETTINGS.format(
            port=port, internal=self.internal_port, controller=controller, plain=plain, server=self.folder / "server.pem", ca=self.ca
        )

    def client_context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=str(self.ca))
        except OSError as error:
            raise StackProblem(f"{self.ca} is missing", "./gabay up --secure makes it") from error

    def variables(self, principal: str) -> dict[str, str]:
        """What a process of this principal is told."""
        return {
            "GABAY_KAFKA_SECURITY": "SASL_SSL",
            "GABAY_KAFKA_USERNAME": principal,
            "GABAY_KAFKA_PASSWORD_FILE": str(self.password_file(principal)),
            "GABAY_KAFKA_CA_FILE": str(self.ca),
        }

    def administrator(self) -> dict[str, object]:
        """aiokafka's arguments for the administrator, at the internal listener."""
        return {
            "security_protocol": "SASL_SSL",
            "ssl_context": self.client_context(),
            "sasl_mechanism": "PLAIN",
            "sasl_plain_username": "admin",
            "sasl_plain_password": self.password("admin"),
        }


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def _certificates(*names: str) -> tuple[str, str]:
    """(the authority's certificate, a server's key and certificate), PEM. names: of it, beside those of this machine.

    The authority's key is thrown away.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    now = datetime.datetime.now(datetime.UTC)
    begin, end = now - datetime.timedelta(days=1), now + datetime.timedelta(days=3650)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Gabay laptop authority")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    here = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), *(x509.DNSName(each) for each in ("localhost", *names))]

    def signed(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(ca_name).public_key(public)
        return made.serial_number(x509.random_serial_number()).not_valid_before(begin).not_valid_after(end)

    ca = signed(ca_name, ca_key.public_key()).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    ca_certificate = ca.add_extension(usage, critical=True).sign(ca_key, hashes.SHA256())
    server = signed(name, key.public_key()).add_extension(x509.SubjectAlternativeName(here), critical=False).sign(ca_key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    chain = server.public_bytes(pem).decode() + ca_certificate.public_bytes(pem).decode()
    return ca_certificate.public_bytes(pem).decode(), private + chain
