package gateway

import "context"

func (g *Gateway) watch(ctx context.Context) error {
	<-ctx.Done()
	return nil
}
