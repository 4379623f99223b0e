"""Exports a PixArt-α, PixArt-Σ or DiT checkpoint to the ONNX layout that Winoscope reads (docs/models.md).

    pip install torch diffusers transformers onnx sentencepiece
    python export_transformer.py PixArt-alpha/PixArt-XL-2-512x512 pixart-onnx

For these families no public exporter exists. What is written: `model_index.json`, `scheduler/`, `tokenizer/`, and
`text_encoder` (PixArt), `transformer`, `vae_encoder` with `model.onnx`, external weights and `config.json`.
"""

import argparse
import json
import warnings
from contextlib import contextmanager
from pathlib import Path

import onnx
import torch
from diffusers import DiffusionPipeline
from torch import nn

OPSET = 17
INLINE = 1 << 20  # bytes; larger weights go beside the graph


class TextEncoder(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask):
        return self.encoder(input_ids, attention_mask=attention_mask)[0]


class PixArt(nn.Module):
    def __init__(self, transformer, sized):
        super().__init__()
        self.transformer, self.sized = transformer, sized

    def forward(self, hidden_states, encoder_hidden_states, timestep, encoder_attention_mask, *size):
        added = {"resolution": size[0], "aspect_ratio": size[1]} if self.sized else {"resolution": None, "aspect_ratio": None}
        return self.transformer(
            hidden_states,
            encoder_hidden_states=encoder_hidden_states,
            timestep=timestep,
            encoder_attention_mask=encoder_attention_mask,
            added_cond_kwargs=added,
            return_dict=False,
        )[0]


class DiT(nn.Module):
    def __init__(self, transformer):
        super().__init__()
        self.transformer = transformer

    def forward(self, hidden_states, timestep, class_labels):
        return self.transformer(hidden_states, timestep=timestep, class_labels=class_labels, return_dict=False)[0]


class VaeEncoder(nn.Module):
    """Mean and log variance instead of a draw, so that scores can be reproduced."""

    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, sample):
        return self.vae.encode(sample).latent_dist.parameters


def write_graph(folder, module, inputs, axes, output):
    """`inputs` by name; `axes` by name of input or output."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.onnx"
    with warnings.catch_warnings(), no_idle_squeeze():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(), tuple(inputs.values()), str(path), dynamo=False, opset_version=OPSET,
            input_names=list(inputs), output_names=[output], dynamic_axes=axes,
        )
    model = onnx.load(path)
    # One file of weights beside the graph, whatever the exporter left: onnx refuses graphs of more than 2 GiB.
    for stray in folder.iterdir():
        if stray.name not in ("config.json",):
            stray.unlink()
    large = model.ByteSize() > INLINE
    onnx.save(model, path, save_as_external_data=large, location="model.onnx_data" if large else None)


@contextmanager
def no_idle_squeeze():
    """PixArt squeezes a dimension that is none of size 1; the exporter would write a branch that onnxruntime refuses."""
    squeeze = torch.Tensor.squeeze
    torch.Tensor.squeeze = lambda x, *dim: x if dim and int(x.shape[dim[0]]) != 1 else squeeze(x, *dim)
    try:
        yield
    finally:
        torch.Tensor.squeeze = squeeze


def write_config(module, folder):
    folder.mkdir(parents=True, exist_ok=True)
    config = module.config.to_dict() if hasattr(module.config, "to_dict") else dict(module.config)
    config.pop("_name_or_path", None)
    (folder / "config.json").write_text(json.dumps(config, indent=2, default=str) + "\n")


@torch.no_grad()
def export(pipe, out, dtype=torch.float32):
    """Writes the ONNX folder of a loaded pipeline."""
    name = pipe.__class__.__name__
    pipe = pipe.to(dtype)
    transformer, vae = pipe.transformer, pipe.vae
    # The transformers' position embeddings are made for one size, the checkpoint's own.
    batch = latents = {0: "batch_size"}
    image = {0: "batch_size", 2: "height", 3: "width"}
    tokens = {0: "batch_size", 1: "sequence_length"}
    side = transformer.config.sample_size
    latent = torch.randn(2, transformer.config.in_channels, side, side, dtype=dtype)
    timestep = torch.tensor([3.0, 5.0], dtype=dtype)
    if name == "DiTPipeline":
        labels = torch.tensor([0, 1])
        inputs = {"hidden_states": latent, "timestep": timestep, "class_labels": labels}
        axes = {"hidden_states": latents, "timestep": batch, "class_labels": batch, "out_hidden_states": latents}
        module = DiT(transformer)
    elif name in ("PixArtAlphaPipeline", "PixArtSigmaPipeline"):
        length = 120 if name == "PixArtAlphaPipeline" else 300
        mask = torch.ones(2, length, dtype=torch.int64)
        ids = torch.ones(2, length, dtype=torch.int64)
        write_graph(
            out / "text_encoder", TextEncoder(pipe.text_encoder), {"input_ids": ids, "attention_mask": mask},
            {"input_ids": tokens, "attention_mask": tokens, "last_hidden_state": tokens}, "last_hidden_state",
        )
        write_config(pipe.text_encoder, out / "text_encoder")
        pipe.tokenizer.save_pretrained(out / "tokenizer")
        sized = bool(transformer.use_additional_conditions)
        inputs = {
            "hidden_states": latent,
            "encoder_hidden_states": torch.randn(2, length, transformer.config.caption_channels, dtype=dtype),
            "timestep": timestep,
            "encoder_attention_mask": mask,
        }
        axes = {
            "hidden_states": latents, "encoder_hidden_states": tokens, "timestep": batch,
            "encoder_attention_mask": tokens, "out_hidden_states": latents,
        }
        if sized:
            inputs["resolution"] = torch.full((2, 2), 512.0, dtype=dtype)
            inputs["aspect_ratio"] = torch.ones(2, 1, dtype=dtype)
            axes |= {"resolution": batch, "aspect_ratio": batch}
        module = PixArt(transformer, sized)
    else:
        raise SystemExit(f"{name} is exported by `optimum-cli export onnx`, or not supported")
    write_graph(out / "transformer", module, inputs, axes, "out_hidden_states")
    write_config(transformer, out / "transformer")
    down = 2 ** (len(vae.config.block_out_channels) - 1)
    pixels = torch.randn(1, 3, side * down, side * down, dtype=dtype)
    write_graph(out / "vae_encoder", VaeEncoder(vae), {"sample": pixels}, {"sample": image, "latent_parameters": image}, "latent_parameters")
    write_config(vae, out / "vae_encoder")
    pipe.scheduler.save_pretrained(out / "scheduler")
    index = {key: value for key, value in pipe.config.items() if key != "_name_or_path"}
    if name == "DiTPipeline":
        labels = {}
        for text, number in pipe.labels.items():
            labels.setdefault(str(number), []).append(text)
        index["id2label"] = {number: ", ".join(texts) for number, texts in labels.items()}
    index["_class_name"] = name
    (out / "model_index.json").write_text(json.dumps(index, indent=2, default=str) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a checkpoint's name on the Hugging Face Hub, or its folder")
    parser.add_argument("out", type=Path)
    parser.add_argument("--dtype", choices=["float32", "float16"], default="float32")
    given = parser.parse_args()
    export(DiffusionPipeline.from_pretrained(given.model), given.out, getattr(torch, given.dtype))


if __name__ == "__main__":
    main()
