package front

import (
	"context"
	"errors"

	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/internal/magic"
)

var _ magic.Env = (*execution)(nil)

// Go implements magic.Env.
func (x *execution) Go(ctx context.Context, code string) error {
	return x.golang(ctx, code, nil)
}

// GoOn implements magic.Env.
func (x *execution) GoOn(ctx context.Context, engine, code string) error {
	return x.golangOn(ctx, engine, code, nil)
}

// stays names the operations whose effect has to outlive the session.
var stays = map[string]bool{"chdir": true, "setenv": true, "unsetenv": true}

// Op implements magic.Env.
func (x *execution) Op(ctx context.Context, name string, args map[string]string) (map[string]string, error) {
	s, err := x.front.alive()
	if err != nil {
		return nil, err
	}
	done, err := s.Op(ctx, link.Op{Cell: x.run, Name: name, Args: args})
	switch {
	case err != nil:
		return nil, x.died(ctx, err)
	case done.Error == "interrupted":
		return nil, &ending{Done: link.Done{Status: link.Interrupted}}
	case done.Error != "":
		return nil, errors.New(done.Error)
	}
	if stays[name] {
		if dir := done.Result["dir"]; dir != "" {
			args = map[string]string{"dir": dir}
		}
		x.front.remember(setting{name, args})
	}
	return done.Result, nil
}

// remember keeps a setting for the next session, in place of one that it
// replaces.
func (f *Front) remember(s setting) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, old := range f.settings {
		if (old.op == "chdir") == (s.op == "chdir") && old.args["name"] == s.args["name"] {
			f.settings[i] = s
			return
		}
	}
	f.settings = append(f.settings, s)
}

// Stdout implements magic.Env.
func (x *execution) Stdout(text string) { x.out.write(link.Stdout, []byte(text)) }

// Stderr implements magic.Env.
func (x *execution) Stderr(text string) { x.out.write(link.Stderr, []byte(text)) }

// Display implements magic.Env.
func (x *execution) Display(data map[string]any) {
	d := displayData(data, nil)
	x.out.inOrder(func(to Output) { to.Display(d) })
}

// Page implements magic.Env.
func (x *execution) Page(text string) {
	x.pages = append(x.pages, map[string]any{"source": "page", "start": 0, "data": map[string]any{"text/plain": text}})
}

// Names implements magic.Env.
func (x *execution) Names() []magic.Name {
	var names []magic.Name
	for _, n := range x.front.world.Names() {
		name := magic.Name{Name: n.Name, Kind: string(n.Kind), Type: n.Type, Cell: n.Cell, Lost: n.Lost, Engine: x.front.engineOf(n.Name)}
		if d := x.front.world.Decl(n.Name); d != nil {
			name.Key = d.GoName
		}
		names = append(names, name)
	}
	return names
}

// Inspect implements magic.Env.
func (x *execution) Inspect(_ context.Context, name string) (string, bool) {
	return x.front.describe(name)
}

// Reset implements magic.Env.
func (x *execution) Reset(ctx context.Context) error {
	x.front.world.Reset()
	x.front.modules.Reset()
	_, err := x.front.restart(ctx, x.name)
	return err
}
