package browser

import (
	"encoding/json"
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
	log   string // the file with what it says

	cmd   *exec.Cmd
	ended chan error // tells once that it has ended
}

// python returns Debian's Python with the modules, or skips the test.
func python(t *testing.T, modules string) string {
	t.Helper()
	need(t)
	const path = "/usr/bin/python3"
	shop.lock.Lock()
	missing, asked := shop.missing[modules]
	if !asked {
		if out, err := exec.Command(path, "-W", "ignore", "-c", "import "+modules).CombinedOutput(); err != nil {
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			missing = lines[len(lines)-1]
		}
		shop.missing[modules] = missing
	}
	shop.lock.Unlock()
	if missing != "" {
		t.Skipf("%s lacks one of %s (apt-get install python3-jupyterlab-server python3-notebook jupyter-nbconvert): %s", path, modules, missing)
	}
	return path
}

// surroundings are the environment of Jupyter's programs: they find Weft, and
// nothing that this machine's user has set up. What is measured is rehearsed.
func surroundings() ([]string, error) {
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		return nil, err
	}
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "JUPYTER") || strings.HasPrefix(v, "WEFT") || strings.HasPrefix(v, "XDG_")
	})
	env = append(env, "WEFT_QUICK=1",
		"JUPYTER_PATH="+filepath.Join(shop.dir, "share", "jupyter"),
		"GOCACHE="+strings.TrimSpace(string(cache)), // it lies below XDG_CACHE_HOME otherwise
		"JUPYTER_NO_CONFIG=1", "PYTHONDONTWRITEBYTECODE=1")
	for _, name := range []string{"JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "LAB_STATE"} {
		env = append(env, name+"="+filepath.Join(shop.dir, "home", strings.ToLower(name)))
	}
	return env, nil
}

// shared returns the server of that name, which start starts for the first test
// that asks for it, and which ends after the last test.
func shared(t *testing.T, name string, start func() (*jupyter, error)) *jupyter {
	t.Helper()
	shop.lock.Lock()
	defer shop.lock.Unlock()
	j := shop.servers[name]
	if j == nil {
		var err error
		j, err = start()
		do(t, err)
		shop.servers[name] = j
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the server said:\n%s", j.said())
		}
	})
	return j
}

// serve starts a server whose options begin with app and waits until it answers.
func serve(env []string, app string, args ...string) (*jupyter, error) {
	books, err := os.MkdirTemp(shop.dir, "books-")
	if err != nil {
		return nil, err
	}
	j := &jupyter{books: books, log: books + ".log", ended: make(chan error, 1)}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	j.url = fmt.Sprintf("http://127.0.0.1:%d", port)
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
	j.cmd = exec.Command("/usr/bin/python3", append(args, "--"+app+"."+folder+"="+books)...)
	said, err := os.Create(j.log)
	if err != nil {
		return nil, err
	}
	defer said.Close()
	j.cmd.Env, j.cmd.Stdout, j.cmd.Stderr, j.cmd.Dir = env, said, said, books
	if err := j.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { j.ended <- j.cmd.Wait() }()
	for range 600 {
		select {
		case err := <-j.ended:
			return nil, fmt.Errorf("the server ended: %w\n%s", err, j.said())
		default:
		}
		if _, err := j.request(http.MethodGet, "/api", ""); err == nil {
			return j, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return nil, errors.Join(fmt.Errorf("the server does not answer:\n%s", j.said()), j.stop())
}

// stop ends the server and its kernels.
func (j *jupyter) stop() error {
	j.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-j.ended:
		return nil
	case <-time.After(30 * time.Second):
		j.cmd.Process.Kill()
		<-j.ended
		return errors.New("the server did not end when it was told to")
	}
}

// said returns the end of what the server has said.
func (j *jupyter) said() string {
	text, _ := os.ReadFile(j.log)
	return tail(string(text), 3000)
}

// freePort returns a port that nobody listens on.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// forget ends the kernel of a notebook, if it has one: who opens the notebook
// again would find it otherwise.
func (j *jupyter) forget(t *testing.T, name string) {
	t.Helper()
	text, err := j.request(http.MethodGet, "/api/sessions", "")
	do(t, err)
	var sessions []struct{ ID, Path string }
	do(t, json.Unmarshal([]byte(text), &sessions))
	for _, s := range sessions {
		if s.Path == name {
			if _, err := j.request(http.MethodDelete, "/api/sessions/"+s.ID, ""); err != nil {
				t.Errorf("end the kernel of %s: %v", name, err)
			}
		}
	}
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
