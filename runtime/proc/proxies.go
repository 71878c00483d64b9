package proc

import "fmt"

// A ListProxy is a list in a manager's process. Indexes below 0 count from the
// end, as in Python.
type ListProxy struct{ P proxy }

// List makes a list with these items.
func (m *Manager) List(items ...any) (*ListProxy, error) {
	p, err := m.make(opMakeList, items...)
	if err != nil {
		return nil, fmt.Errorf("manager list: %w", err)
	}
	return &ListProxy{p}, nil
}

// Append adds items at the end.
func (l *ListProxy) Append(items ...any) error {
	_, err := l.P.ask(opListAppend, items...)
	return err
}

// Get returns item i.
func (l *ListProxy) Get(i int) (any, error) { return l.P.ask(opListGet, i) }

// Set changes item i.
func (l *ListProxy) Set(i int, x any) error {
	_, err := l.P.ask(opListSet, i, x)
	return err
}

// Len returns the number of items.
func (l *ListProxy) Len() (int, error) { return number(l.P.ask(opListLen)) }

// All returns all items: one request.
func (l *ListProxy) All() ([]any, error) { return l.P.askAll(opListAll) }

// Pop removes the last item and returns it.
func (l *ListProxy) Pop() (any, error) { return l.P.ask(opListPop) }

// GobEncode makes a ListProxy part of a task's input.
func (l *ListProxy) GobEncode() ([]byte, error) { return pack(l.P) }

// GobDecode makes the proxy the other process's.
func (l *ListProxy) GobDecode(b []byte) error { return unpack(b, &l.P) }

// A DictProxy is a dict in a manager's process. Keys are strings, numbers of
// type int, int64 or float64, and booleans; they keep the order in which they
// were set first, as in Python.
type DictProxy struct{ P proxy }

// Dict makes an empty dict.
func (m *Manager) Dict() (*DictProxy, error) {
	p, err := m.make(opMakeDict)
	if err != nil {
		return nil, fmt.Errorf("manager dict: %w", err)
	}
	return &DictProxy{p}, nil
}

// checkKey returns an error for what can't be a key.
func checkKey(key any) error {
	switch key.(type) {
	case string, int, int64, float64, bool:
		return nil
	}
	return fmt.Errorf("a key of type %T: want string, int, int64, float64 or bool", key)
}

// Get returns the value of a key. Without one it is an error.
func (d *DictProxy) Get(key any) (any, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	return d.P.ask(opDictGet, key)
}

// Has reports whether there is a value for the key.
func (d *DictProxy) Has(key any) (bool, error) {
	if err := checkKey(key); err != nil {
		return false, err
	}
	found, err := d.P.ask(opDictLen, key)
	return found == 1, err
}

// Set changes the value of a key.
func (d *DictProxy) Set(key, x any) error {
	err := checkKey(key)
	if err == nil {
		_, err = d.P.ask(opDictSet, key, x)
	}
	return err
}

// Delete removes a key. Without one it is an error.
func (d *DictProxy) Delete(key any) error {
	err := checkKey(key)
	if err == nil {
		_, err = d.P.ask(opDictDelete, key)
	}
	return err
}

// Len returns the number of keys.
func (d *DictProxy) Len() (int, error) { return number(d.P.ask(opDictLen)) }

// Keys returns the keys in order: one request.
func (d *DictProxy) Keys() ([]any, error) { return d.P.askAll(opDictKeys) }

// All returns the whole dict: one request.
func (d *DictProxy) All() (map[any]any, error) {
	list, err := d.P.askAll(opDictAll)
	if err != nil {
		return nil, err
	}
	m := make(map[any]any, len(list)/2)
	for i := 0; i+1 < len(list); i += 2 {
		m[list[i]] = list[i+1]
	}
	return m, nil
}

// GobEncode makes a DictProxy part of a task's input.
func (d *DictProxy) GobEncode() ([]byte, error) { return pack(d.P) }

// GobDecode makes the proxy the other process's.
func (d *DictProxy) GobDecode(b []byte) error { return unpack(b, &d.P) }

// A ValueProxy is a value in a manager's process.
type ValueProxy struct{ P proxy }

// Value makes a value.
func (m *Manager) Value(x any) (*ValueProxy, error) {
	p, err := m.make(opMakeValue, x)
	if err != nil {
		return nil, fmt.Errorf("manager value: %w", err)
	}
	return &ValueProxy{p}, nil
}

// Get returns the value.
func (v *ValueProxy) Get() (any, error) { return v.P.ask(opValueGet) }

// Set changes the value.
func (v *ValueProxy) Set(x any) error {
	_, err := v.P.ask(opValueSet, x)
	return err
}

// GobEncode makes a ValueProxy part of a task's input.
func (v *ValueProxy) GobEncode() ([]byte, error) { return pack(v.P) }

// GobDecode makes the proxy the other process's.
func (v *ValueProxy) GobDecode(b []byte) error { return unpack(b, &v.P) }

// number makes an answer an int.
func number(v any, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, ok := v.(int)
	if !ok {
		return 0, fmt.Errorf("the manager answered %T, want int", v)
	}
	return n, nil
}
