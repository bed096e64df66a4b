{{/* The arguments of our programs. */}}

{{/* No browser reaches API server or database, also where these have public addresses. Everywhere is no range to leave out. */}}
{{- define "cobrowse.clusterRanges" -}}
{{- $policy := .Values.networkPolicy -}}
{{- without (concat .Values.operator.clusterRanges $policy.apiServer.cidrs $policy.database.cidrs | uniq) "0.0.0.0/0" "::/0" | join "," -}}
{{- end }}

{{- define "cobrowse.operatorArgs" -}}
- --namespace={{ .Values.sessions.namespace }}
- --lease-namespace={{ .Release.Namespace }}
- --identity=$(POD_NAME)
- --authority=/run/secrets/cobrowse/authority
- --pod-port=8700
- --metrics=[::]:9090
- --public-origin={{ .Values.sessionApi.publicOrigin }}
- --log={{ .Values.operator.log }}
- --log-format=json
{{- with .Values.operator.traces }}
- --traces={{ . }}
{{- end }}
{{- with include "cobrowse.clusterRanges" . }}
- --cluster-ranges={{ . }}
{{- end }}
{{- if .Values.egressGateway.enabled }}
- --gateway=cobrowse-egress-gateway.{{ .Release.Namespace }}.svc:8710
- --grant-secret={{ include "cobrowse.grantSecret" . }}
{{- if not .Values.egressGateway.certificate.existingSecret }}
- --gateway-secret={{ include "cobrowse.gatewaySecret" . }}
{{- end }}
{{- end }}
{{- if include "cobrowse.browserPolicy" . }}
- --browser-policy={{ include "cobrowse.browserPolicyName" . }}
{{- end }}
{{- /* Its own address it has by its environment. */}}
{{- with .Values.networkPolicy.canary.forbids }}
- --canary={{ . | join "," }}
{{- end }}
{{- with .Values.networkPolicy.canary.targets }}
- --canary-targets={{ . | join "," }}
{{- end }}
{{- if .Values.operator.hostUsers }}
- --host-users
{{- end }}
{{- with .Values.seccomp.localhostProfile }}
- --seccomp-profile={{ . }}
{{- else }}
{{- if eq .Values.seccomp.installer "SecurityProfilesOperator" }}
- --seccomp-profile=operator/cobrowse-chrome.json
{{- end }}
{{- end }}
{{- end }}

{{- define "cobrowse.sessionApiArgs" -}}
{{- $values := .Values.sessionApi -}}
- serve
- --backend=kubernetes
- --namespace={{ .Values.sessions.namespace }}
- --pool={{ .Values.pool.name }}
- --pod-port=8700
- --secrets=/run/secrets/cobrowse/keys
- --database-url-file=/run/secrets/cobrowse/database/url
- --listen=[::]:8443
- --admin-listen=[::]:8444
- --public-origin={{ $values.publicOrigin }}
{{- with $values.trustedProxies }}
- --trusted-proxies={{ . | join "," }}
{{- end }}
- --certificate=/run/secrets/cobrowse/tls/tls.crt
- --certificate-key=/run/secrets/cobrowse/tls/tls.key
- --max-sessions={{ $values.maxSessions }}
- --max-connections={{ $values.limits.maxConnections }}
- --max-connections-per-address={{ $values.limits.maxConnectionsPerAddress }}
- --calls-per-second={{ $values.limits.callsPerSecond }}
- --starts-per-address={{ $values.limits.startsPerAddress }}
- --waiting-per-address={{ $values.limits.waitingPerAddress }}
- --drain-seconds={{ $values.drainSeconds }}
- --log-format=json
- --log={{ $values.log }}
{{- with $values.traces }}
- --traces={{ . }}
{{- end }}
{{- end }}

{{- define "cobrowse.egressGatewayArgs" -}}
{{- $values := .Values.egressGateway -}}
- --listen=[::]:8710
- --metrics=[::]:9090
- --certificates=/run/secrets/cobrowse/certificates
- --grant-keys=/run/secrets/cobrowse/grants/grants.pem
{{- with include "cobrowse.clusterRanges" . }}
- --cluster-ranges={{ . }}
{{- end }}
{{- with $values.privateTargets }}
- --private-targets={{ . | join "," }}
{{- end }}
{{- $sources := list }}
{{- range $class, $addresses := $values.sources }}
{{- range $addresses }}
{{- $sources = append $sources (printf "%s=%s" $class .) }}
{{- end }}
{{- end }}
{{- with $sources }}
- --sources={{ . | join "," }}
{{- end }}
- --drain={{ $values.drainSeconds }}
- --log={{ $values.log }}
- --log-format=json
{{- end }}
