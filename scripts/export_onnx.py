"""Make the ONNX form of the sentence model in the user's cache folder, unless it is there.

    python scripts/export_onnx.py

``make install`` runs it, so that the first question need not.
"""

from __future__ import annotations

from xcase.embed import model_name
from xcase.embed.portable import export, file_of
from xcase.embed.runtimes import torch_model


def main() -> None:
    """Say where the file lies."""
    file = file_of(model_name())
    if not file.is_file() and not export(torch_model(), file):
        print("the ONNX form could not be made; xcase goes on with torch")
        return
    print(f"{file}: {file.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
