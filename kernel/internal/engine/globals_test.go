package engine

import (
	"reflect"
	"testing"

	"github.com/traefik/yaegi/interp"
)

func TestGlobals(t *testing.T) {
	i := interp.New(interp.Options{})
	if _, err := i.Eval("package main\nvar x = 5\nconst k = 7\nfunc double(n int) int { return n * f }\nvar f = 2\nfunc generic[T any](v T) T { return v }\n"); err != nil {
		t.Fatal(err)
	}
	g, ok := newGlobals(i)
	if !ok {
		t.Fatal("the interpreter keeps its variables elsewhere: compiled cells can't be run")
	}
	slot, ok := g.slot("x")
	if !ok || slot.Interface() != 5 {
		t.Fatalf("x is %v, %t", slot, ok)
	}
	slot.SetInt(6)
	if v, err := i.Eval("x"); err != nil || v.Interface() != 6 {
		t.Errorf("the interpreter sees %v, %v", v, err)
	}
	for _, name := range []string{"y", "double", "init"} {
		if slot, ok := g.slot(name); ok {
			t.Errorf("%s is the variable %v", name, slot)
		}
	}
	f, ok := g.function("double")
	if !ok || f.Type() != reflect.TypeFor[func(int) int]() || f.Interface().(func(int) int)(21) != 42 {
		t.Errorf("double is %v, %t", f, ok)
	}
	for _, name := range []string{"x", "none", "generic"} {
		if f, ok := g.function(name); ok {
			t.Errorf("%s is the function %v", name, f)
		}
	}
	symbols := map[string]reflect.Value{"Answer": reflect.ValueOf(func() int { return 42 })}
	if err := g.use("nb/c1", "main", symbols); err != nil {
		t.Fatal(err)
	}
	if err := g.use("nb/c1", "main", symbols); err == nil {
		t.Error("a package was bound twice")
	}
	if v, err := i.Eval("package main\nimport w \"nb/c1\"\nvar a = w.Answer()\n"); err != nil {
		t.Errorf("%v, %v", v, err)
	}
}
