{{/* Names, labels and images. Objects of a namespace have the same names everywhere; those of the cluster carry the namespace's. */}}

{{- define "cobrowse.clusterName" -}}
{{ printf "cobrowse-%s" .Release.Namespace }}
{{- end }}

{{- define "cobrowse.selector" -}}
app.kubernetes.io/name: {{ . }}
app.kubernetes.io/part-of: cobrowse
{{- end }}

{{/* Takes (dict "root" $ "name" "cobrowse-operator"). */}}
{{- define "cobrowse.labels" -}}
{{ include "cobrowse.selector" .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{/* The same of a pod that runs one of our programs: the operator's policies know it by its component. */}}
{{- define "cobrowse.programLabels" -}}
{{ include "cobrowse.labels" . }}
app.kubernetes.io/component: {{ trimPrefix "cobrowse-" .name }}
{{- end }}

{{/* Takes (dict "root" $ "image" .Values.images.operator). */}}
{{- define "cobrowse.image" -}}
{{- $registry := .image.registry | default .root.Values.global.imageRegistry -}}
{{- with $registry }}{{ . }}/{{ end -}}
{{- .image.repository -}}
{{- if .image.digest }}@{{ .image.digest }}{{ else }}:{{ .image.tag | default .root.Chart.AppVersion }}{{ end -}}
{{- end }}

{{- define "cobrowse.pullSecrets" -}}
{{- with .Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "cobrowse.gatewaySecret" -}}
{{ .Values.egressGateway.certificate.existingSecret | default "cobrowse-egress-gateway" }}
{{- end }}

{{- define "cobrowse.grantSecret" -}}
{{ .Values.egressGateway.grantKey.existingSecret | default "cobrowse-grant-key" }}
{{- end }}

{{- define "cobrowse.operatorUser" -}}
system:serviceaccount:{{ .Release.Namespace }}:cobrowse-operator
{{- end }}

{{- define "cobrowse.podLabels" -}}
app.kubernetes.io/name: cobrowse-browser-pod
{{- end }}

{{/* Chrome's policy with the authorities that the values name; nothing where they name none. */}}
{{- define "cobrowse.browserPolicy" -}}
{{- $certificates := list -}}
{{- range regexFindAll "-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\\s]+-----END CERTIFICATE-----" .Values.egressGateway.extraCertificates -1 -}}
{{- $certificates = append $certificates (regexReplaceAll "-----[A-Z ]+-----|\\s" . "") -}}
{{- end -}}
{{- with $certificates -}}
{{- toJson (dict "CACertificates" .) -}}
{{- end -}}
{{- end }}

{{/* By its content, so that pods with another one are others. */}}
{{- define "cobrowse.browserPolicyName" -}}
cobrowse-browser-policy-{{ include "cobrowse.browserPolicy" . | sha256sum | trunc 10 }}
{{- end }}
