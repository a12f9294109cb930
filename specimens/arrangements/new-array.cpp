// C++ hands out an array. With `rust-frees-new-array.rs`.
extern "C" unsigned char *make_samples(unsigned long count) {
  unsigned char *samples = new unsigned char[count];
  for (unsigned long n = 0; n < count; n++) samples[n] = (unsigned char)n;
  return samples;
}

extern "C" void drop_samples(unsigned char *samples) { delete[] samples; }
