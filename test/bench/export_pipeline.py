"""Writes a diffusers ONNX folder of random weights whose UNet has a given size, for measuring speed alone.

Text encoder and UNet are made here; tokenizer, VAE and schedule are those of the embedded model. `sd15` has the
architecture of Stable Diffusion 1.5's UNet (860 million parameters), `middle` the same blocks at a quarter of the width.
The side of the latent is chosen freely: at 64 a call of the large one takes many seconds on a CPU.
"""

import argparse
import json
import shutil
import warnings
from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel

TINY = Path(__file__).resolve().parents[2] / "fixtures/tiny-world/diffusion"
OPSET = 18
POSITIONS = 77
SIZES = {
    "middle": {"block_out_channels": (80, 160, 320, 320), "cross_attention_dim": 192, "norm_num_groups": 16},
    "sd15": {"block_out_channels": (320, 640, 1280, 1280), "cross_attention_dim": 768},
}


class Denoiser(nn.Module):
    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, encoder_hidden_states):
        return self.unet(sample, timestep, encoder_hidden_states, return_dict=False)[0]


class Text(nn.Module):
    """Random weights need no mask: a constant zero one keeps the graph small."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder
        self.register_buffer("open", torch.zeros(1, 1, POSITIONS, POSITIONS))

    def forward(self, input_ids):
        hidden = self.encoder(input_ids, attention_mask=self.open)
        return hidden.last_hidden_state, hidden.pooler_output


def export(module, path, inputs, outputs, shapes):
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(), tuple(inputs.values()), str(path), dynamo=True, opset_version=OPSET, external_data=True,
            input_names=list(inputs), output_names=outputs, dynamic_shapes=shapes, optimize=True, verbose=False,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, required=True)
    parser.add_argument("--side", type=int, default=16, help="of the latent")
    parser.add_argument("--output", type=Path, required=True)
    given = parser.parse_args()
    torch.manual_seed(0)
    out = given.output
    for part in ("scheduler", "tokenizer", "vae_encoder"):
        shutil.copytree(TINY / part, out / part, dirs_exist_ok=True)
    shutil.copy(TINY / "model_index.json", out / "model_index.json")
    tokenizer = json.loads((out / "tokenizer/tokenizer_config.json").read_text())
    (out / "tokenizer/tokenizer_config.json").write_text(json.dumps({**tokenizer, "model_max_length": POSITIONS}))

    size = SIZES[given.size]
    width = size["cross_attention_dim"]
    vocabulary = json.loads((TINY / "text_encoder/config.json").read_text())
    text = CLIPTextModel(
        CLIPTextConfig(
            hidden_size=width, intermediate_size=2 * width, num_hidden_layers=2, num_attention_heads=width // 64,
            vocab_size=vocabulary["vocab_size"], max_position_embeddings=POSITIONS,
            bos_token_id=vocabulary["bos_token_id"], eos_token_id=vocabulary["eos_token_id"],
            pad_token_id=vocabulary["pad_token_id"], attn_implementation="eager",
        )
    )
    ids = torch.ones(1, POSITIONS, dtype=torch.int64)
    export(Text(text), out / "text_encoder/model.onnx", {"input_ids": ids}, ["last_hidden_state", "pooler_output"], None)
    text.config.save_pretrained(out / "text_encoder")

    unet = UNet2DConditionModel(sample_size=given.side, attention_head_dim=8, **size).eval()
    batch = torch.export.Dim("batch", min=1, max=4096)
    inputs = {
        "sample": torch.randn(2, 4, given.side, given.side),
        "timestep": torch.tensor(500.0),
        "encoder_hidden_states": torch.randn(2, POSITIONS, width),
    }
    shapes = {"sample": {0: batch}, "timestep": {}, "encoder_hidden_states": {0: batch}}
    export(Denoiser(unet), out / "unet/model.onnx", inputs, ["out_sample"], shapes)
    unet.save_config(out / "unet")
    print(sum(weight.numel() for weight in unet.parameters()))


main()
