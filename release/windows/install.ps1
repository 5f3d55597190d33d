<#
.SYNOPSIS
    Installs Loa on Windows 10 or newer: the program, a station, a task that runs it at start-up, and a firewall rule.
.DESCRIPTION
    Run in PowerShell as administrator. Needs Python 3.11 or newer from python.org ("Add python.exe to PATH").
    The station and its files stay when it is run again (an upgrade), and when Loa is removed (-Remove).
.EXAMPLE
    .\install.ps1 -Wheel .\loa-0.2.0-py3-none-any.whl -Office
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # The wheel of Loa, or its name on PyPI.
    [string] $Wheel = 'loa',
    # Where the program lies.
    [string] $Program = (Join-Path $env:ProgramFiles 'Loa'),
    # Where the station lies.
    [string] $Station = (Join-Path $env:ProgramData 'Loa\station'),
    # The port of the console.
    [ValidateRange(1, 65535)] [int] $Port = 8686,
    # Let other computers of the office (not of the Internet) reach the console.
    [switch] $Office,
    # Remove the task, the rule and the program; the station stays.
    [switch] $Remove
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$task = 'Loa'
$rule = 'Loa console'

$identity = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
if (-not $identity.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    throw 'Open PowerShell with "Run as administrator", then run this again.'
}

function Invoke-Checked {
    # Runs a program and stops this script where it fails.
    param([string] $File, [string[]] $Arguments)
    & $File @Arguments
    if ($LASTEXITCODE -ne 0) { throw "$File $Arguments ended with $LASTEXITCODE." }
}

if (Get-ScheduledTask -TaskName $task -ErrorAction SilentlyContinue) {
    Stop-ScheduledTask -TaskName $task
    if ($Remove) { Unregister-ScheduledTask -TaskName $task -Confirm:$false }
}
if ($Remove) {
    Get-NetFirewallRule -DisplayName $rule -ErrorAction SilentlyContinue | Remove-NetFirewallRule
    if (Test-Path $Program) { Remove-Item -Recurse -Force $Program }
    Write-Output "Loa is removed. The station in $Station was left as it is."
    return
}

if (-not (Get-Command py -ErrorAction SilentlyContinue)) {
    throw 'Install Python 3.11 or newer from python.org first.'
}
Invoke-Checked 'py' @('-3', '-c', 'import sys; sys.exit(sys.version_info < (3, 11))')
$python = Join-Path $Program 'Scripts\python.exe'
$loa = Join-Path $Program 'Scripts\loa.exe'
if (-not (Test-Path $python)) { Invoke-Checked 'py' @('-3', '-m', 'venv', $Program) }
Invoke-Checked $python @('-m', 'pip', 'install', '--upgrade', '--only-binary', ':all:', "$Wheel[espeak,voice,console]")

if (-not (Test-Path (Join-Path $Station 'schedule.yaml'))) {
    New-Item -ItemType Directory -Force (Split-Path $Station) | Out-Null
    Invoke-Checked $loa @('new', 'station', $Station)
} else {
    Invoke-Checked $loa @('--workspace', $Station, 'upgrade', '--check')
}

$address = if ($Office) { "0.0.0.0:$Port" } else { "127.0.0.1:$Port" }
$action = New-ScheduledTaskAction -Execute $loa -Argument "--workspace `"$Station`" run --console $address" -WorkingDirectory $Station
$settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -MultipleInstances IgnoreNew -ExecutionTimeLimit ([TimeSpan]::Zero) `
    -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
$account = New-ScheduledTaskPrincipal -UserId 'LOCALSERVICE' -LogonType ServiceAccount
# The service's account, and nobody else but administrators, reads and writes the station.
Invoke-Checked 'icacls' @($Station, '/inheritance:r', '/grant', '*S-1-5-19:(OI)(CI)M', '*S-1-5-32-544:(OI)(CI)F', '/Q')
Register-ScheduledTask -TaskName $task -Action $action -Settings $settings -Principal $account `
    -Trigger (New-ScheduledTaskTrigger -AtStartup) -Force | Out-Null

Get-NetFirewallRule -DisplayName $rule -ErrorAction SilentlyContinue | Remove-NetFirewallRule
if ($Office) {
    New-NetFirewallRule -DisplayName $rule -Direction Inbound -Protocol TCP -LocalPort $Port -RemoteAddress LocalSubnet `
        -Profile Domain, Private -Program $python -Action Allow | Out-Null
}
Start-ScheduledTask -TaskName $task

$code = Join-Path $Station '.loa\first-run-code'
foreach ($second in 1..40) { if (Test-Path $code) { break }; Start-Sleep 1 }
if (Test-Path $code) {
    $lines = Get-Content $code
    Write-Output "Open $($lines[1]) in a browser on this computer; one-time code: $($lines[0])"
} else {
    Write-Output "Loa runs. Address and one-time code: & '$loa' --workspace '$Station' doctor"
}
