package browser

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A jupyter is a Jupyter server with Weft as its only kernel of note.
type jupyter struct {
	url   string // without a slash at the end
	books string // the folder of its notebooks
}

// python returns Debian's Python with the modules, or skips the test.
func python(t *testing.T, modules ...string) string {
	t.Helper()
	need(t)
	const path = "/usr/bin/python3"
	for _, m := range modules {
		if out, err := exec.Command(path, "-c", "import "+m).CombinedOutput(); err != nil {
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			t.Skipf("%s has no %s (apt-get install python3-jupyterlab-server python3-notebook jupyter-nbconvert): %s", path, m, lines[len(lines)-1])
		}
	}
	return path
}

// surroundings are the environment of Jupyter's programs: they find Weft, and
// nothing that this machine's user has set up.
func surroundings(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	do(t, err)
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "JUPYTER") || strings.HasPrefix(v, "WEFT") || strings.HasPrefix(v, "XDG_")
	})
	env = append(env,
		"JUPYTER_PATH="+filepath.Join(shop.dir, "share", "jupyter"),
		"GOCACHE="+strings.TrimSpace(string(cache)), // it lies below XDG_CACHE_HOME otherwise
		"JUPYTER_NO_CONFIG=1", "PYTHONDONTWRITEBYTECODE=1")
	for _, name := range []string{"JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "LAB_STATE"} {
		env = append(env, name+"="+filepath.Join(dir, strings.ToLower(name)))
	}
	return env
}

// freePort returns a port that nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	do(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// serve starts a server whose options begin with app, waits until it answers,
// and ends it with its kernels after the test.
func serve(t *testing.T, env []string, app string, args ...string) *jupyter {
	t.Helper()
	books := t.TempDir()
	port := freePort(t)
	args = append([]string{"-B"}, args...)
	for _, o := range []string{
		"ip=127.0.0.1", fmt.Sprintf("port=%d", port), "port_retries=0", "open_browser=False", "token=", "password=",
		"allow_root=True", "disable_check_xsrf=True",
	} {
		args = append(args, "--"+app+"."+o)
	}
	folder := "root_dir"
	if app == "NotebookApp" {
		folder = "notebook_dir"
	}
	cmd := exec.Command(python(t), append(args, "--"+app+"."+folder+"="+books)...)
	var told bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = env, &told, &told
	cmd.Dir = books
	cmd.WaitDelay = 5 * time.Second
	do(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			cmd.Process.Kill()
			t.Errorf("the server did not end: %v", <-ended)
		}
		if t.Failed() {
			t.Logf("the server said:\n%s", tail(told.String(), 3000))
		}
	})
	j := &jupyter{url: fmt.Sprintf("http://127.0.0.1:%d", port), books: books}
	for range 300 {
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("the server ended: %v\n%s", err, tail(told.String(), 3000))
		default:
		}
		if _, err := j.request(http.MethodGet, "/api", ""); err == nil {
			return j
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("the server does not answer:\n%s", tail(told.String(), 3000))
	return nil
}

func tail(text string, n int) string { return text[max(0, len(text)-n):] }

// request asks the server for something.
func (j *jupyter) request(method, path, body string) (string, error) {
	req, err := http.NewRequest(method, j.url+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= 400 {
		err = errors.New(res.Status)
	}
	return string(text), err
}

// put copies a notebook into the server's folder.
func (j *jupyter) put(t *testing.T, path, name string) {
	t.Helper()
	text, err := os.ReadFile(path)
	do(t, err)
	do(t, os.WriteFile(filepath.Join(j.books, name), text, 0o644))
}

// local allows addresses of the server's, and what is in the page itself.
func (j *jupyter) local(url string) bool {
	return strings.HasPrefix(url, j.url+"/") || strings.HasPrefix(url, "data:") || strings.HasPrefix(url, "blob:") || strings.HasPrefix(url, "about:")
}
