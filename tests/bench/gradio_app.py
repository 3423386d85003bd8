"""The page the photo bench is held against: a Gradio Interface around one torchvision EfficientNet-b0.

Run as `python gradio_app.py PORT` by a Python that has gradio, torch and torchvision; imports nothing of ours.
"""

import sys
from itertools import count

import gradio as gr
import torch
from torchvision import models, transforms

network = models.efficientnet_b0(weights=None).eval()
prepare = transforms.Compose([transforms.Resize((224, 224)), transforms.ToTensor()])
numbers = count(1)


def classify(image):
    with torch.inference_mode():
        best = int(network(prepare(image)[None]).argmax())
    # Numbered, so that the bench can tell one answer from the next.
    return f"photo {next(numbers)}: class {best}"


page = gr.Interface(classify, gr.Image(type="pil"), gr.Textbox(), flagging_mode="never")
page.launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), share=False)
