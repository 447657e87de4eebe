package value

import (
	_ "github.com/fsnotify/fsnotify"
	_ "github.com/go-json-experiment/json/jsontext"
	_ "github.com/google/go-cmp/cmp"
	_ "github.com/hashicorp/hcl/v2"
	_ "github.com/itchyny/gojq"
	_ "github.com/prometheus/client_golang/prometheus/promhttp"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "github.com/spf13/cobra"
	_ "github.com/zclconf/go-cty/cty"
	_ "go.uber.org/zap"
	_ "github.com/agext/levenshtein"
	_ "github.com/aymanbagabas/go-udiff"
	_ "golang.org/x/sync/errgroup"
)
