package socket

import (
	"slices"
	"sync"
)

// routes tells which connection an identity means: the newest of those that
// carry it. A nil *routes keeps nothing.
type routes struct {
	mu     sync.RWMutex
	byName map[string][]*peer // in the order of their handshakes' ends
}

func (r *routes) enter(p *peer) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if p.left {
		return
	}
	if r.byName == nil {
		r.byName = map[string][]*peer{}
	}
	r.byName[p.identity] = append(r.byName[p.identity], p)
}

func (r *routes) leave(p *peer) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p.left = true
	list := r.byName[p.identity]
	if i := slices.Index(list, p); i >= 0 {
		list = slices.Delete(list, i, i+1)
	}
	if len(list) == 0 {
		delete(r.byName, p.identity)
		return
	}
	r.byName[p.identity] = list
}

// newest gives the connection to send to, nil when there is none.
func (r *routes) newest(identity []byte) *peer {
	r.mu.RLock()
	defer r.mu.RUnlock()
	list := r.byName[string(identity)]
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}
