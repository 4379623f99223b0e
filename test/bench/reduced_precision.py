"""Writes copies of a diffusion model's folder whose UNet has weights of reduced precision: float16, and dynamic int8.

float16 by onnxruntime's own converter, inputs and outputs left in float32; int8 by `quantize_dynamic`: matrix products
with weights per channel, activations quantized in each call (convolutions have no dynamic form and stay as they are).
"""

import argparse
import shutil
import tempfile
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from onnxruntime.transformers.float16 import convert_float_to_float16


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("output", type=Path, help="gets a folder fp16 and a folder int8")
    given = parser.parse_args()
    source = given.model / "unet/model.onnx"
    for name in ("fp16", "int8"):
        shutil.copytree(given.model, given.output / name, dirs_exist_ok=True)
    half = convert_float_to_float16(onnx.load(source), keep_io_types=True)
    onnx.save(half, given.output / "fp16/unet/model.onnx")
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        quantize_dynamic(
            str(prepared), str(given.output / "int8/unet/model.onnx"), per_channel=True,
            weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gemm"],
        )


main()
