"""The recipe of clients/README.md makes clients by `buf generate`, and what it makes reaches a real server."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tests.architecture.house import ROOT
from tests.clients.conftest import Place, payee

TOOLS = os.pathsep.join(
    [str(Path(sys.executable).parent), str(ROOT / "clients/typescript/node_modules/.bin"), os.environ["PATH"]]
)
PROGRAM = """
import sys
import grpc
from corridor.payouts.v1.beneficiary_service_pb import ListBeneficiariesRequest, ListBeneficiariesResponse
address, key = sys.argv[1:]
list_beneficiaries = grpc.insecure_channel(address).unary_unary(
    "/corridor.payouts.v1.BeneficiaryService/ListBeneficiaries",
    request_serializer=lambda message: message.to_binary(),
    response_deserializer=ListBeneficiariesResponse.from_binary,
)
page = list_beneficiaries(ListBeneficiariesRequest(page_size=1), metadata=[("authorization", "Bearer " + key)])
print(page.beneficiaries[0].beneficiary_id)
"""


def test_every_language_of_the_recipe_is_made_and_one_calls_a_server(place: Place, tmp_path: Path) -> None:
    shown = re.findall(r"```yaml\n(.*?)```", (ROOT / "clients/README.md").read_text(), re.DOTALL)
    image = [sys.executable, "-m", "server.cli", "contracts", "image", "--for-callers", "-o", "corridor.binpb"]
    subprocess.run(image, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True, capture_output=True)
    made = []
    for text in shown:
        plugins = [plugin["local"] for plugin in yaml.safe_load(text)["plugins"]]
        if not all(shutil.which(plugin, path=TOOLS) for plugin in plugins):
            continue  # not on this machine
        (tmp_path / "buf.gen.yaml").write_text(text)
        command = [str(shutil.which("buf", path=TOOLS)), "generate", "corridor.binpb"]
        subprocess.run(command, cwd=tmp_path, env=os.environ | {"PATH": TOOLS}, check=True, capture_output=True)
        made += plugins

    assert "protoc-gen-py" in made
    with place.connect() as client:
        expected = payee(client).beneficiary_id
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    arguments = [sys.executable, "-P", str(program), place.corridor.address, place.key]
    gen = {"PYTHONPATH": str(tmp_path / "gen")}
    done = subprocess.run(arguments, env=os.environ | gen, capture_output=True, text=True)
    assert (0, expected) == (done.returncode, done.stdout.strip()), done.stderr
