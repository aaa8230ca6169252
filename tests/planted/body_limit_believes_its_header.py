"""The limit of a body is what Content-Length says; who sends chunks says nothing and may send without end."""

from shared.http.exchange import Exchange


def plant() -> None:
    async def body(exchange: Exchange, limit: int, code: str = "body-too-large") -> bytes:
        exchange._check_media_type()
        length = exchange.headers.get(b"content-length")
        if length is not None and int(length) > limit:
            await exchange._refuse_body(limit, code)
        chunks, more = [], True
        while more:
            message = await exchange._receive()
            chunks.append(message.get("body", b""))
            more = message.get("more_body", False)
        return b"".join(chunks)

    Exchange.body = body  # type: ignore[method-assign]
