"""Jupyter's own test suite for kernels, filled in for Weft.

Run with a kernelspec called "weft" on JUPYTER_PATH; the file gets a JSON object
that says for each test what came of it, "ok" or the reason why not:

    python3 protocol.py results.json
"""
import atexit
import json
import signal
import sys
import unittest

import jupyter_kernel_test as suite

# A test that is told to stop still ends the kernel that it started.
signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))


class WeftTests(suite.KernelTests):
    kernel_name = "weft"
    language_name = "go"
    file_extension = ".go"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        atexit.register(cls.end)

    @classmethod
    def end(cls):
        if cls.km.has_kernel:
            cls.km.shutdown_kernel(now=True)

    code_hello_world = 'fmt.Println("hello, world")'
    code_stderr = 'fmt.Fprintln(os.Stderr, "to the standard error")'

    completion_samples = [
        {"text": "fmt.Println", "matches": {"Println"}},
        {"text": "strings.ToUpp", "matches": {"ToUpper", "ToUpperSpecial"}},
    ]

    complete_code_samples = [
        "1 + 2",
        "x := 1",
        'fmt.Println("hello")',
        "func add(a, b int) int {\n\treturn a + b\n}",
        "for i := range 3 {\n\tfmt.Println(i)\n}",
        "%who",
        "%%bash\necho hello\n\n",
        "!ls",
    ]
    incomplete_code_samples = [
        "func add(a, b int) int {",
        "for i := range 3 {\n\tfmt.Println(i)",
        "x := []int{1,",
        "s := `a raw string",
        "/* a comment",
    ]
    invalid_code_samples = [
        "x := := 1",
        "func 1f() {}",
        "fmt.Println(1))",
    ]

    code_page_something = "fmt.Println?"
    code_generate_error = 'panic("on purpose")'

    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": 'strings.Repeat("weft", 2)'},
        {"code": "[]int{1, 2, 3}"},
        {"code": "len([]string{1: \"a\"})", "result": "2"},
    ]
    code_display_data = [
        {"code": 'display.HTML("<b>bold</b>")', "mime": "text/html"},
        {"code": 'display.Markdown("**bold**")', "mime": "text/markdown"},
        {"code": "display.Image(image.NewGray(image.Rect(0, 0, 2, 2)))", "mime": "image/png"},
    ]

    supported_history_operations = ("tail", "range", "search")
    code_history_pattern = "6*7"

    code_inspect_sample = "fmt.Println"
    code_clear_output = "display.Clear(false)"


class AllFilledIn(unittest.TestCase):
    """Every attribute that the suite looks at has a value: nothing is skipped."""

    def test_attributes(self):
        empty = [
            name
            for name, value in vars(suite.KernelTests).items()
            if not name.startswith("_") and not callable(value) and not isinstance(value, classmethod)
            and not getattr(WeftTests, name)
        ]
        self.assertEqual(empty, [])


class Result(unittest.TextTestResult):
    """Keeps the outcome of each test by its name."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.outcomes = {}

    def startTest(self, test):
        super().startTest(test)
        self.outcomes[test._testMethodName] = "ok"

    def stopTestRun(self):
        super().stopTestRun()
        for test, reason in self.failures + self.errors + self.skipped:
            test = getattr(test, "test_case", test)  # of a subtest
            name = getattr(test, "_testMethodName", "set-up")
            self.outcomes[name] = reason or "skipped"


if __name__ == "__main__":
    tests = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    result = unittest.TextTestRunner(verbosity=2, resultclass=Result).run(tests)
    with open(sys.argv[1], "w") as out:
        json.dump(result.outcomes, out)
    sys.exit(not result.wasSuccessful())
