#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>
#include <string.h>

static void *hide(void *block) {
  __asm__ volatile("" : "+r"(block));
  return block;
}

static PyObject *length_of_copy(PyObject *argument, int wrong) {
  const char *text = PyUnicode_AsUTF8(argument);
  if (!text) return NULL;
  char *copy = hide(strdup(text));
  PyObject *result = PyLong_FromSize_t(strlen(copy));
  free(copy);
  if (wrong) free(hide(copy)); /* released again */
  return result;
}

static PyObject *faulty(PyObject *self, PyObject *argument) { return length_of_copy(argument, 1); }
static PyObject *healthy(PyObject *self, PyObject *argument) { return length_of_copy(argument, 0); }

static PyMethodDef methods[] = {
    {"faulty", faulty, METH_O, "wrong: releases its copy twice"},
    {"healthy", healthy, METH_O, "right: once"},
    {NULL, NULL, 0, NULL},
};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "example", NULL, -1, methods};

PyMODINIT_FUNC PyInit_example(void) { return PyModule_Create(&module); }
