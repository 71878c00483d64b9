package fanout

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
)

// A web is a getter that uses net/http, as programs do. Any number of
// goroutines may use it; connections are kept for the next request.
type web struct {
	client http.Client
	url    string
}

// newWeb returns a getter that keeps up to l's concurrency of connections.
func newWeb(l Load) (*web, error) {
	return &web{url: l.URL, client: http.Client{Transport: &http.Transport{
		DialContext:         (&net.Dialer{}).DialContext,
		MaxIdleConns:        l.concurrency(),
		MaxIdleConnsPerHost: l.concurrency(),
		DisableKeepAlives:   l.Fresh,
		DisableCompression:  true, // payloads are what they are
	}}}, nil
}

// close ends the connections that no request uses.
func (w *web) close() error {
	w.client.CloseIdleConnections()
	return nil
}

func (w *web) get(ctx context.Context, id int) (answer, error) {
	body, err := w.exchange(ctx, id)
	if err != nil {
		return answer{}, err
	}
	return w.decode(id, body)
}

// exchange sends request id and returns the response's body: the part of get
// that waits.
func (w *web) exchange(ctx context.Context, id int) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+article(id), nil)
	if err != nil {
		return nil, err
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return nil, err // it has the URL
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPayload+1))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("the server says %s", resp.Status)
	}
	if err == nil && len(body) > maxPayload {
		err = fmt.Errorf("response has more than %d bytes", maxPayload)
	}
	return body, w.wrap(id, err)
}

// decode returns what the response to request id says.
func (w *web) decode(id int, body []byte) (answer, error) {
	var doc struct {
		ID     *int
		Exists *bool
	}
	err := json.Unmarshal(body, &doc)
	if err == nil && (doc.ID == nil || doc.Exists == nil) {
		err = fmt.Errorf("response %s has no id or exists", quote(body))
	}
	if err != nil {
		return answer{}, w.wrap(id, err)
	}
	return answer{*doc.ID, *doc.Exists, len(body)}, nil
}

// wrap tells the URL of request id with an error, as net/http does.
func (w *web) wrap(id int, err error) error {
	if err == nil {
		return nil
	}
	return &url.Error{Op: "Get", URL: w.url + article(id), Err: err}
}
