"""Where pollution comes from, as far as wind and concentrations can say it: hints with counts, never a proof.

`wind` (sectors, speeds, calm), `probability` (CPF, CBPF), `polar` (the (u, v) plane), `trajectory` and `potential`
(paths of the air and PSCF), `lags` (which city leads), `regime` (ozone against NO2). Everything is pure numpy; a
missing value is NaN and is counted as left out, never as a zero.
"""
