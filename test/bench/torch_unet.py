"""Measures PyTorch on the UNet: answers JSON lines on stdin with JSON lines on stdout.

The architecture is built from its config.json with random weights: PyTorch weights are not shipped, and the time of a
call does not depend on their values.
"""

import argparse
import json
import sys
import time

import torch
from diffusers import UNet2DConditionModel

FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--latent", type=int, nargs=3, required=True)
    parser.add_argument("--context", type=int, nargs=2, required=True, help="positions and width of a condition")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    with open(given.config, encoding="utf-8") as file:
        unet = UNet2DConditionModel.from_config(json.load(file)).eval()
    print(json.dumps({"torch": torch.__version__}), flush=True)

    run = None
    rows = 0
    compiled = {}
    for line in sys.stdin:
        request = json.loads(line)
        if request["type"] == "prepare":
            rows = request["batch"]
            unet.to(memory_format=FORMATS[request["format"]])
            sample = torch.randn(rows, *given.latent).to(memory_format=FORMATS[request["format"]])
            context = torch.randn(rows, *given.context)
            timestep = torch.tensor(500)

            model = unet
            if request.get("compile"):
                # One for each call: compiled for these sizes and this memory format.
                key = (rows, request["format"])
                if key not in compiled:
                    compiled[key] = torch.compile(unet, dynamic=False)
                model = compiled[key]

            def run(model=model):
                return model(sample, timestep, context).sample

            with torch.inference_mode():
                run()
            reply = {"rows": 0, "seconds": 0}
        else:
            with torch.inference_mode():
                begun = time.perf_counter()
                end = begun + request["seconds"]
                done = 0
                while time.perf_counter() < end:
                    run()
                    done += rows
            reply = {"rows": done, "seconds": time.perf_counter() - begun}
        print(json.dumps(reply), flush=True)


main()
