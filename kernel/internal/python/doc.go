// Package python holds no code: its tests let Jupyter's own programs, which
// are written in Python, speak to Weft. They use what Debian packages
// (jupyter_kernel_test, nbclient) and skip where it is missing.
//
// PYTHON names the interpreter, /usr/bin/python3 unless it is set.
package python
