"""Arrays in .npy, .npz and .safetensors files, and how the bytes of an array become numbers."""
