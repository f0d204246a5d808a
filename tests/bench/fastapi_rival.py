"""POST /v1/payouts as one would write it by hand with FastAPI: models, a typed grpc.aio stub, mapping both ways.

`UPSTREAM` names the server. It has what makes FastAPI fast: uvloop, httptools, no access log, one channel.
"""

import asyncio
import json
import os
import socket
from datetime import datetime
from typing import Annotated

import grpc
import grpc.aio
import uvicorn
from fastapi import FastAPI, Header, HTTPException, Response
from google.protobuf.json_format import MessageToDict
from pydantic import BaseModel, ConfigDict, Field

from corridor.payouts.v1 import payout_service_pb2, payout_service_pb2_grpc
from corridor.type.v1 import money_pb2


class Money(BaseModel):
    """An amount."""

    currency_code: str = Field(pattern="^[A-Z]{3}$")
    amount_minor: int


class NewPayout(BaseModel):
    """The body of POST /v1/payouts."""

    model_config = ConfigDict(extra="forbid")

    beneficiary_id: str = Field(max_length=30)
    amount: Money
    reference: str = Field(default="", max_length=140)
    metadata: dict[str, str] = Field(default_factory=dict, max_length=20)


class Payout(BaseModel):
    """A payout, as callers see it."""

    payout_id: str
    state: str
    beneficiary_id: str
    amount: Money
    reference: str
    statement_text: str
    rail: str
    environment: str
    connection_id: str = ""
    provider: str = ""
    provider_reference: str = ""
    reason: str
    provider_reason_code: str = ""
    create_time: datetime
    update_time: datetime
    expected_settlement_time: datetime | None = None
    revision: int
    correlation_id: str
    metadata: dict[str, str]


def application(stub: "payout_service_pb2_grpc.PayoutServiceAsyncStub") -> FastAPI:
    """The gateway before a stub."""
    app = FastAPI()

    @app.post("/v1/payouts")
    async def create_payout(
        body: NewPayout,
        response: Response,
        authorization: Annotated[str, Header()],
        idempotency_key: Annotated[str, Header()],
    ) -> Payout:
        request = payout_service_pb2.CreatePayoutRequest(
            beneficiary_id=body.beneficiary_id,
            amount=money_pb2.Money(currency_code=body.amount.currency_code, amount_minor=body.amount.amount_minor),
            reference=body.reference,
            metadata=body.metadata,
        )
        metadata = (("authorization", authorization), ("idempotency-key", idempotency_key))
        call = stub.CreatePayout(request, metadata=metadata, timeout=5)
        try:
            answer = await call
        except grpc.aio.AioRpcError as error:
            raise HTTPException(502, detail=error.code().name) from error
        for name, value in await call.trailing_metadata():
            if name in ("x-request-id", "x-correlation-id", "idempotent-replayed"):
                response.headers[name] = str(value)
        found = MessageToDict(
            answer.payout, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
        )
        return Payout(**found)

    return app


async def main() -> None:
    """Serve on a free port until SIGTERM."""
    channel = grpc.aio.insecure_channel(os.environ["UPSTREAM"])
    app = application(payout_service_pb2_grpc.PayoutServiceStub(channel))
    server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="warning", loop="none", http="httptools"))
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(2048)
    serving = asyncio.ensure_future(server.serve(sockets=[sock]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    print(json.dumps({"address": f"127.0.0.1:{sock.getsockname()[1]}"}), flush=True)
    await serving


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())
